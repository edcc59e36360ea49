import { Deadlines, earliest, type Machine, type Millis, type Prng } from '@souk/kernel'
import { limits, type MessageOf, type PeerId, type Shape } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { isCrowded } from './crowding.ts'
import { aheadCount, Durations, durationClass, shareOf } from './durations.ts'
import { Fetches } from './fetches.ts'
import { clamped } from './free-vector.ts'
import type { Packing } from './packing.ts'
import { surveyAnswer } from './plan/survey.ts'
import { PredictionScore } from './prediction-score.ts'
import { type HoldEffect, Quotes } from './quotes.ts'
import type { BearersView, LoadsView, LocalView, MembersView } from './views.ts'
import type { ZoneClaims } from './zone-claims.ts'

export type BidderInput =
  | { type: 'wake' }
  | { type: 'asked'; from: PeerId; message: MessageOf<'quote' | 'survey'> }
  | { type: 'given'; from: PeerId; message: MessageOf<'given'> }
  /** an auction is over in which this host was asked, and was awarded nothing */
  | { type: 'over'; from: PeerId; lot: number }
  /** a peer that carries out a plan tells this host to ask a bearer for named tasks */
  | { type: 'fetch'; from: PeerId; message: MessageOf<'fetch'> }
  /** a baton has come here by way of `path`, awarded for the bid that this host made at `offeredMs` */
  | { type: 'awarded'; path: readonly PeerId[]; offeredMs: Millis }
  /** a run of this class ended here, which had been given this alternative of its request */
  | { type: 'duration'; class: string; alternative: number; runMs: number }
  /** room here, or load stamps of others, may have changed */
  | { type: 'changed' }
  | { type: 'leave' }

export type BidderEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'bid' | 'noBid' | 'surveyed' | 'wanted' | 'fetched'> }
  | { type: 'wanted'; to: PeerId; count: number }
  | HoldEffect

/** Weight of a new answer in the running mean of how long bearers take to answer (guess). */
const turnaroundWeight = 0.2

interface Want {
  id: number
  count: number
  sentMs: Millis
}

/**
 * This host's side of the market: answers quotes from what is free now, and asks bearers with waiting work for tasks when
 * there is room (WANTED). A bid promises nothing, but room for a long task is not bid to two askers at once (`holds.ts`).
 *
 * Invariants: I11 at most one WANTED under way to each bearer, and a bounded number that name tasks (`fetches.ts`);
 * each is answered or given up after wantMsMax.
 * Inputs: quotes, answers, awards, changes of room. Effects: bids, refusals, WANTED, what becomes of room that is held.
 */
export class Bidder implements Machine<BidderInput, BidderEffect> {
  readonly #config: MarketConfig
  readonly #prng: Prng
  readonly #members: MembersView
  readonly #local: LocalView
  readonly #bearers: BearersView
  readonly #loads: LoadsView
  readonly #durations: Durations
  readonly #predictions = new PredictionScore()
  readonly #wants = new Map<PeerId, Want>()
  /** by bearer: when its WANTED is given up, or when the pause after an empty answer ends */
  readonly #timers = new Deadlines<PeerId>()
  readonly #quotes: Quotes
  readonly #fetches: Fetches
  readonly #pauses = new Map<PeerId, { ms: Millis; untilMs: Millis }>()
  #nextWant = 1
  /** running mean from WANTED to its answer: a busy bearer takes longer than a round trip */
  #turnaroundMs: Millis = 0
  #leaving = false

  constructor(
    config: MarketConfig,
    modules: {
      prng: Prng
      members: MembersView
      local: LocalView
      bearers: BearersView
      loads: LoadsView
      packing: Packing
      claims: ZoneClaims
    },
  ) {
    this.#config = config
    this.#prng = modules.prng
    this.#members = modules.members
    this.#local = modules.local
    this.#bearers = modules.bearers
    this.#loads = modules.loads
    this.#durations = new Durations(config.classesMax)
    const own = { durations: this.#durations, asked: () => this.#asked(), leaving: () => this.#leaving }
    this.#quotes = new Quotes(config, { ...modules, ...own })
    this.#fetches = new Fetches(config, modules.local)
  }

  step(input: BidderInput, now: Millis, out: BidderEffect[]): void {
    switch (input.type) {
      case 'asked':
        this.#answer(input.from, input.message, now, out)
        return
      case 'awarded':
        this.#quotes.onAwarded(input, now, out)
        return
      case 'over':
        this.#quotes.onOver(input.from, input.lot, now, out)
        return
      case 'given':
        this.#onGiven(input.from, input.message, now, out)
        break
      case 'fetch':
        this.#onFetch(input.from, input.message, now, out)
        return
      case 'duration':
        this.#learn(durationClass(input.class, input.alternative), input.runMs)
        return
      case 'leave':
        this.#leaving = true
        return
      case 'wake':
        this.#quotes.expire(now, out)
        this.#fetches.onTimers(now)
        // A hold that ends frees nothing in the ledger, it only lets others be bid that room: no reason for a WANTED.
        if ((this.#timers.next() ?? Infinity) > now) return
        this.#onTimers(now)
        break
      case 'changed':
        break
    }
    this.#want(now, out)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#timers.next(), this.#fetches.next(), this.#quotes.nextWakeup())
  }

  /** How good the predicted durations were, and how many askers got no bid because of holds. */
  counters(): Record<string, number> {
    return { ...this.#predictions.counters(), ...this.#quotes.counters() }
  }

  /** Whether a task that came without room here had better be placed anew than queued; `avoid`: peers that had it before. */
  crowded(shape: Shape, avoid: readonly PeerId[], now: Millis): boolean {
    const sides = { members: this.#members, local: this.#local, loads: this.#loads }
    return isCrowded({ shape, avoid }, sides, { ...this.#config, meanMs: this.#durations.overallMs ?? 0 }, now)
  }

  /** Mean duration of the class here; undefined: none ran here. */
  meanMs(className: string): Millis | undefined {
    return this.#durations.meanMs(className)
  }

  snapshot() {
    return { wants: this.#wants.size, pauses: this.#pauses.size, holds: this.#quotes.snapshot() }
  }

  #learn(name: string, runMs: number): void {
    this.#predictions.judge(runMs, this.#durations.expected(name))
    this.#durations.add(name, runMs)
  }

  #answer(from: PeerId, message: MessageOf<'quote' | 'survey'>, now: Millis, out: BidderEffect[]): void {
    const answer =
      message.t === 'quote'
        ? this.#quotes.answer(from, message, now, out)
        : surveyAnswer(message, { local: this.#local, durations: this.#durations }, now)
    out.push({ type: 'send', to: from, message: answer })
  }

  // ---- WANTED

  #onFetch(from: PeerId, message: MessageOf<'fetch'>, now: Millis, out: BidderEffect[]): void {
    const question = { want: this.#nextWant++, refusal: this.#takesNone(), ...this.#quotas() }
    out.push({ type: 'send', ...this.#fetches.begin(from, message, { quotas: undefined, ...question }, now) })
  }

  /** Why this host takes nothing at all now, as a code; undefined: it does. */
  #takesNone(): string | undefined {
    if (this.#local.offer().draining || this.#leaving) return 'draining'
    if (this.#local.pressure() !== undefined) return 'pressure'
    return this.#local.unsure() ? 'unsure' : undefined
  }

  #onGiven(from: PeerId, message: MessageOf<'given'>, now: Millis, out: BidderEffect[]): void {
    const told = this.#fetches.onGiven(from, message)
    if (told) out.push({ type: 'send', ...told })
    const want = this.#wants.get(from)
    if (want?.id !== message.want) return
    this.#wants.delete(from)
    this.#timers.delete(from)
    this.#turnaroundMs += turnaroundWeight * (now - want.sentMs - this.#turnaroundMs)
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

  /** Asks one bearer after the other, while there is room beyond what those asked already may send. */
  #want(now: Millis, out: BidderEffect[]): void {
    const able = this.#bearers.waiting().filter(({ peer, waiting }) => waiting > 0 && this.#mayAsk(peer, now))
    while (able.length > 0 && !this.#leaving) {
      const bearer = this.#choose(able)
      able.splice(able.indexOf(bearer), 1)
      const want = this.#decideWant(bearer.waiting)
      if (want) this.#ask(bearer.peer, { ...want, count: Math.min(want.count, bearer.waiting) }, now, out)
    }
  }

  /** Of two random bearers the one with more waiting work (power of two choices). */
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
    out.push({
      type: 'send',
      to: peer,
      message: { t: 'wanted', want: id, free, ...want, offeredMs, ...this.#quotas() },
    })
    out.push({ type: 'wanted', to: peer, count: want.count })
  }

  /** What tenants may still have here, so that the bearer gives nothing that would be refused. */
  #quotas(): Pick<MessageOf<'wanted'>, 'quotas'> {
    const room = this.#local.quotas()
    return room ? { quotas: room.left(limits.quotasMax) } : {}
  }

  #mayAsk(peer: PeerId, now: Millis): boolean {
    return !this.#wants.has(peer) && (this.#pauses.get(peer)?.untilMs ?? 0) <= now
  }

  /** What to ask of a bearer with `waiting` tasks: what could start now, and work ahead so that no slot idles; or nothing. */
  #decideWant(waiting: number): { count: number; aheadMs: Millis; concurrent: number } | undefined {
    const offer = this.#local.offer()
    if (offer.draining || offer.executors.length === 0 || this.#local.promised()) return undefined
    if (this.#local.pressure() !== undefined || this.#local.unsure()) return undefined
    const free = this.#local.free()
    const queued = this.#local.queued()
    const startable = queued > 0 || free.cpuMilli <= 0 ? 0 : Math.max(0, free.slots - this.#asked())
    const aheadMs = this.#aheadMs()
    const concurrent = Math.min(limits.batonsPerMessageMax, Math.max(1, this.#local.running()))
    const ahead = this.#aheadTasks(aheadMs, concurrent, waiting)
    // Not after every single run: work ahead is asked for again once half of it is used up.
    if (startable === 0 && (ahead === 0 || queued * 2 > ahead)) return undefined
    return {
      count: Math.min(limits.batonsPerMessageMax, startable + ahead),
      aheadMs: queued > 0 ? Math.round(aheadMs / 2) : aheadMs,
      concurrent,
    }
  }

  /** Tasks asked of bearers that have not answered yet: they may be on their way. */
  #asked(): number {
    let asked = 0
    for (const want of this.#wants.values()) asked += want.count
    return asked
  }

  #aheadMs(): Millis {
    const rtt = this.#members.rttP95() ?? this.#config.rttMsUnknown
    return Math.ceil(
      Math.min(this.#config.aheadMsMax, this.#config.aheadRoundTrips * Math.max(rtt, this.#turnaroundMs)),
    )
  }

  /** The work ahead as a number of tasks of the mean duration here; the bearer knows the class and decides for itself. */
  #aheadTasks(aheadMs: Millis, concurrent: number, waiting: number): number {
    const meanMs = this.#durations.overallMs
    if (meanMs === undefined) return 0
    const share = shareOf(waiting, this.#members.candidates().length)
    return aheadCount({ aheadMs, concurrent, meanMs, share }, this.#config.aheadMax)
  }
}
