import { Deadlines, type Machine, type Millis, type Prng, type ResourceVector } from '@souk/kernel'
import { limits, type MessageOf, type PeerId } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { aheadCount, Durations } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Packing } from './packing.ts'
import type { BearersView, LocalView, MembersView } from './views.ts'

export type BidderInput =
  | { type: 'wake' }
  | { type: 'quote'; from: PeerId; message: MessageOf<'quote'> }
  | { type: 'given'; from: PeerId; message: MessageOf<'given'> }
  /** a run of this class ended here */
  | { type: 'duration'; class: string; runMs: number }
  /** room here, or load stamps of others, may have changed */
  | { type: 'changed' }
  | { type: 'leave' }

export type BidderEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'bid' | 'noBid' | 'wanted'> }
  | { type: 'wanted'; to: PeerId; count: number }

interface Want {
  id: number
  count: number
  sentMs: Millis
}

/**
 * This host's side of the market: answers quotes from what is free now, and asks bearers for waiting work when there
 * is room (WANTED). A bid promises nothing: the award may bounce.
 *
 * Invariants: I11 at most one WANTED under way to each bearer, answered or over after wantMsMax.
 * Inputs: quotes, answers, changes of room. Effects: bids, refusals, WANTED.
 */
export class Bidder implements Machine<BidderInput, BidderEffect> {
  readonly #config: MarketConfig
  readonly #prng: Prng
  readonly #members: MembersView
  readonly #local: LocalView
  readonly #bearers: BearersView
  readonly #packing: Packing
  readonly #durations: Durations
  readonly #wants = new Map<PeerId, Want>()
  /** wants that are over at, and pauses that end at, this time */
  readonly #timers = new Deadlines<PeerId>()
  readonly #pauses = new Map<PeerId, { ms: Millis; untilMs: Millis }>()
  #nextWant = 1
  #loadSeq = 0
  #leaving = false

  constructor(
    config: MarketConfig,
    modules: { prng: Prng; members: MembersView; local: LocalView; bearers: BearersView; packing: Packing },
  ) {
    this.#config = config
    this.#prng = modules.prng
    this.#members = modules.members
    this.#local = modules.local
    this.#bearers = modules.bearers
    this.#packing = modules.packing
    this.#durations = new Durations(config.classesMax)
  }

  step(input: BidderInput, now: Millis, out: BidderEffect[]): void {
    switch (input.type) {
      case 'quote':
        out.push({ type: 'send', to: input.from, message: this.#answer(input.message, now) })
        return
      case 'given':
        this.#onGiven(input.from, input.message, now)
        break
      case 'duration':
        this.#durations.add(input.class, input.runMs)
        return
      case 'leave':
        this.#leaving = true
        return
      case 'wake':
        this.#onTimers(now)
        break
      case 'changed':
        break
    }
    this.#want(now, out)
  }

  nextWakeup(): Millis | undefined {
    return this.#timers.next()
  }

  snapshot() {
    return { wants: this.#wants.size, pauses: this.#pauses.size }
  }

  // ---- quotes

  #answer({ lot, shape, count }: MessageOf<'quote'>, now: Millis): MessageOf<'bid'> | MessageOf<'noBid'> {
    const offer = this.#local.offer()
    const unfit = decideFit(offer, shape)
    if (unfit) return { t: 'noBid', lot, refusal: unfit }
    if (offer.draining || this.#leaving) {
      return { t: 'noBid', lot, refusal: { code: 'draining', never: false, detail: 'it takes no new work' } }
    }
    this.#packing.learn(shape.request, count)
    const room = this.#local.room(shape.request, count)
    const mean = this.#durations.expectedMs(shape.class)
    if (room === 0) {
      const detail = `${this.#local.running()} running, ${this.#local.queued()} queued`
      const refusal = { code: 'no-room' as const, never: false, detail }
      return { t: 'noBid', lot, refusal: mean > 0 ? { ...refusal, etaMs: mean } : refusal }
    }
    const terms = {
      count: room,
      startMs: 0,
      // p90 of an exponential duration; the class mix replaces this later
      finishMs: { p50: mean, p90: Math.round(2.3 * mean) },
      fragMilli: this.#packing.fitting(shape.request)?.fragMilli ?? 0,
      priceMilli: offer.priceMilli,
      warm: mean > 0,
      loadSeq: ++this.#loadSeq,
    }
    return { t: 'bid', lot, terms, offeredMs: Math.floor(now) }
  }

  // ---- WANTED

  #onGiven(from: PeerId, message: MessageOf<'given'>, now: Millis): void {
    const want = this.#wants.get(from)
    if (want?.id !== message.want) return
    this.#wants.delete(from)
    this.#timers.delete(from)
    if (message.count > 0) this.#pauses.delete(from)
    else this.#pause(from, now)
  }

  #pause(peer: PeerId, now: Millis): void {
    const rtt = this.#members.rttP95(peer) ?? this.#config.rttMsUnknown
    const ms = Math.min(this.#config.wantPauseMsMax, Math.max(rtt, 2 * (this.#pauses.get(peer)?.ms ?? 0)))
    this.#pauses.set(peer, { ms, untilMs: now + ms })
    this.#timers.set(peer, now + ms)
  }

  #onTimers(now: Millis): void {
    for (let peer = this.#timers.popDue(now); peer !== undefined; peer = this.#timers.popDue(now)) {
      const want = this.#wants.get(peer)
      if (want && now - want.sentMs >= this.#config.wantMsMax) {
        this.#wants.delete(peer)
        this.#pause(peer, now)
      }
    }
  }

  /** Asks bearers with waiting work, as long as there is room that nobody was asked to fill. */
  #want(now: Millis, out: BidderEffect[]): void {
    const able = this.#bearers.waiting().filter(({ peer, waiting }) => waiting > 0 && this.#mayAsk(peer, now))
    while (able.length > 0 && !this.#leaving) {
      const want = this.#decideWant()
      if (!want) return
      const bearer = this.#choose(able)
      able.splice(able.indexOf(bearer), 1)
      this.#ask(bearer.peer, { ...want, count: Math.min(want.count, bearer.waiting) }, now, out)
    }
  }

  /** Of two random ones the one with more. */
  #choose(able: readonly { peer: PeerId; waiting: number }[]): { peer: PeerId; waiting: number } {
    const [first, second] = this.#prng.sample(able, 2)
    return second && second.waiting > first!.waiting ? second : first!
  }

  #ask(
    peer: PeerId,
    want: { count: number; aheadMs: Millis; concurrent: number },
    now: Millis,
    out: BidderEffect[],
  ): void {
    const id = this.#nextWant++
    this.#wants.set(peer, { id, count: want.count, sentMs: now })
    this.#timers.set(peer, now + this.#config.wantMsMax)
    const free = clamped(this.#local.free())
    const offeredMs = Math.floor(now)
    out.push({ type: 'send', to: peer, message: { t: 'wanted', want: id, free, ...want, offeredMs } })
    out.push({ type: 'wanted', to: peer, count: want.count })
  }

  #mayAsk(peer: PeerId, now: Millis): boolean {
    return !this.#wants.has(peer) && (this.#pauses.get(peer)?.untilMs ?? 0) <= now
  }

  /** How many batons to ask for: what could start now, and about two round trips of work so that no slot waits. */
  #decideWant(): { count: number; aheadMs: Millis; concurrent: number } | undefined {
    const offer = this.#local.offer()
    if (offer.draining || offer.executors.length === 0) return undefined
    const free = this.#local.free()
    const queued = this.#local.queued()
    // What was asked of others already may be on its way.
    let asked = 0
    for (const want of this.#wants.values()) asked += want.count
    const startable = queued > 0 || free.cpuMilli <= 0 ? 0 : Math.max(0, free.slots - asked)
    const aheadMs = this.#aheadMs()
    const concurrent = Math.min(limits.batonsPerMessageMax, Math.max(1, this.#local.running()))
    const ahead = this.#aheadTasks(aheadMs, concurrent)
    // Not for every single end: a fetch ahead is worth a message once half of it is used up.
    if (startable === 0 && (ahead === 0 || queued * 2 > ahead)) return undefined
    return {
      count: Math.min(limits.batonsPerMessageMax, startable + ahead),
      aheadMs: queued > 0 ? Math.round(aheadMs / 2) : aheadMs,
      concurrent,
    }
  }

  #aheadMs(): Millis {
    const rtt = this.#members.rttP95() ?? this.#config.rttMsUnknown
    return Math.ceil(Math.min(this.#config.aheadMsMax, this.#config.aheadRoundTrips * rtt))
  }

  /** What that is in tasks like the latest; the bearer knows the class and decides for itself. */
  #aheadTasks(aheadMs: Millis, concurrent: number): number {
    const mean = this.#durations.overallMs
    if (mean === undefined) return 0
    return aheadCount(aheadMs, concurrent, mean, this.#config.aheadMax)
  }
}

/** A free vector as it may travel: nothing below zero (a host that shrank can owe). */
function clamped(free: ResourceVector): ResourceVector {
  const custom: Record<string, number> = {}
  for (const name in free.custom) custom[name] = Math.max(0, free.custom[name]!)
  return {
    cpuMilli: Math.max(0, free.cpuMilli),
    memoryBytes: Math.max(0, free.memoryBytes),
    diskBytes: Math.max(0, free.diskBytes),
    networkMbps: Math.max(0, free.networkMbps),
    slots: Math.max(0, free.slots),
    gpuMilli: free.gpuMilli.map((milli) => Math.max(0, milli)),
    custom,
  }
}
