import type { Millis } from '@souk/kernel'
import { type BidTerms, type MessageOf, type PeerId, type Refusal, requestsOf, type Shape } from '@souk/wire'
import { bidTerms, chooseRoom } from './bid-terms.ts'
import type { MarketConfig } from './config.ts'
import { type Durations, durationClass } from './durations.ts'
import { decideEta } from './eta.ts'
import { decideFit } from './fit.ts'
import { type Hold, Holds, holdMsFor } from './holds.ts'
import type { Packing } from './packing.ts'
import { overQuota } from './quota-refusal.ts'
import { draining, later, pressed, unsure } from './refusal.ts'
import { Rivals } from './rivals.ts'
import { decideTies } from './ties.ts'
import type { LocalView, MembersView } from './views.ts'
import type { ZoneClaims } from './zone-claims.ts'
import { isZoned } from './zone-ties.ts'

/** More room than that is as good as so much: nobody is crowded out. */
const racedRoomMax = 64

interface QuotesParts {
  members: MembersView
  local: LocalView
  packing: Packing
  durations: Durations
  claims: ZoneClaims
  /** tasks that were asked of bearers and may be on their way */
  asked(): number
  /** this host is going: it takes nothing any more */
  leaving(): boolean
}

/**
 * Room that was bid is kept from others · its award came or went elsewhere · its asker fell silent. `ms`: for how long, or
 * after how long.
 */
export interface HoldEffect {
  type: 'hold'
  what: 'reserved' | 'released' | 'expired'
  asker: PeerId
  lot: number
  ms: Millis
}

/** Where they go. */
interface Out {
  push(effect: HoldEffect): unknown
}

/** What this host answers to those who ask for quotes: a bid from what is free now, or why not. */
export class Quotes {
  readonly #config: MarketConfig
  readonly #parts: QuotesParts
  readonly #rivals = new Rivals()
  readonly #holds: Holds
  #loadSeq = 0

  constructor(config: MarketConfig, parts: QuotesParts) {
    this.#config = config
    this.#parts = parts
    this.#holds = new Holds(config)
  }

  /** With its word for its zone, where that is asked for: also where it can run none of them itself. */
  answer(from: PeerId, quote: MessageOf<'quote'>, now: Millis, out: Out): MessageOf<'bid' | 'noBid'> {
    const answer = this.#bid(from, quote, now, out)
    const { lot, shape } = quote
    if (!isZoned(shape)) return answer
    const { claims, local, members } = this.#parts
    const word = claims.word({ asker: from, lot }, shape, local.ties(), now)
    return { ...answer, zone: { ...word, hosts: members.zoneMates(now) } }
  }

  #bid(from: PeerId, quote: MessageOf<'quote'>, now: Millis, out: Out): MessageOf<'bid' | 'noBid'> {
    this.expire(now, out)
    const { local, members, packing, durations, asked, leaving } = this.#parts
    const { lot, shape, count } = quote
    durations.hear(shape.class, { p50: quote.expectedMs, p90: quote.expectedMsP90 })
    const offer = local.offer()
    const unfit = decideFit(offer, shape)
    if (unfit) return { t: 'noBid', lot, refusal: unfit }
    if (offer.draining || leaving()) return { t: 'noBid', lot, refusal: draining }
    const pressure = local.pressure()
    if (pressure !== undefined) return { t: 'noBid', lot, refusal: pressed(pressure) }
    if (local.unsure() && !quote.fewKeep) return { t: 'noBid', lot, refusal: unsure }
    packing.learn(shape.request, count)
    const tied = decideTies(local.ties(), shape)
    if (tied) return { t: 'noBid', lot, refusal: tied }
    const over = overQuota(local.quotas(), shape)
    if (over) return { t: 'noBid', lot, refusal: over }
    const free = chooseRoom(local, shape, count)
    const room = free.room > 0 ? free : { ...free, room: this.#lent(quote, now) }
    if (room.room === 0) {
      const etaMs = this.#etaMs(shape, now)
      const refusal = later('no-room', `${local.running()} running, ${local.queued()} queued`)
      return { t: 'noBid', lot, refusal: etaMs === undefined ? refusal : { ...refusal, etaMs } }
    }
    const rttMs = members.rttP95(from) ?? members.rttP95() ?? this.#config.rttMsUnknown
    const holdMs = holdMsFor(this.#config, this.#runMsP90(quote, room.alternative), rttMs)
    // Where there is more room than may be held nobody is turned away.
    const most = Math.max(room.room, local.room(room.request, this.#config.holdsMax + 1))
    const heldUntilMs = holdMs === undefined ? undefined : this.#holds.heldUntilMs(most)
    if (heldUntilMs !== undefined) return { t: 'noBid', lot, refusal: reserved(this.#leftMs(heldUntilMs, now)) }
    const hold = holdMs === undefined ? undefined : this.#holds.add(from, lot, holdMs, now)
    if (hold) out.push(effectOf('reserved', hold, holdMs!))
    const terms: BidTerms = { ...bidTerms(this.#parts, shape, room, quote.dueInMs), loadSeq: ++this.#loadSeq }
    const rivals = this.#rivals.count(now) + asked()
    if (rivals > 0) terms.racedMilli = Math.round((1000 * rivals) / Math.max(1, local.room(room.request, racedRoomMax)))
    this.#rivals.add(now, members.rttP95() ?? this.#config.rttMsUnknown)
    return { t: 'bid', lot, terms, offeredMs: Math.floor(now) }
  }

  /** A baton has come by way of `path`, awarded by what this host offered at that time. */
  onAwarded({ path, offeredMs }: { path: readonly PeerId[]; offeredMs: Millis }, now: Millis, out: Out): void {
    const hold = this.#holds.release(path, offeredMs)
    if (hold) out.push(effectOf('released', hold, now - hold.sinceMs))
  }

  /** That auction is over without an award for this host. */
  onOver(asker: PeerId, lot: number, now: Millis, out: Out): void {
    this.#parts.claims.giveUp({ asker, lot })
    const hold = this.#holds.giveUp(asker, lot)
    if (hold) out.push(effectOf('released', hold, now - hold.sinceMs))
  }

  expire(now: Millis, out: Out): void {
    for (let hold = this.#holds.popEnded(now); hold; hold = this.#holds.popEnded(now))
      out.push(effectOf('expired', hold, now - hold.sinceMs))
  }

  nextWakeup(): Millis | undefined {
    return this.#holds.nextEnd()
  }

  counters(): Record<string, number> {
    return this.#holds.counters()
  }

  snapshot() {
    return this.#holds.snapshot()
  }

  /** So many have room that a gang does not need before they are over, where nothing waits here. */
  #lent({ shape, limitMs = 0, count }: MessageOf<'quote'>, now: Millis): number {
    const { local } = this.#parts
    return limitMs > 0 && local.queued() === 0 ? local.lent(shape, limitMs, count, now) : 0
  }

  /** Sums of times are rounded: a hold of this moment may seem to last a little longer than it can (I7). */
  #leftMs(heldUntilMs: Millis, now: Millis): Millis {
    return Math.min(this.#config.holdMsMax, Math.ceil(heldUntilMs - now))
  }

  /** Nine of ten take no longer, by whichever of the two has seen longer ones; undefined: neither has seen any. */
  #runMsP90({ shape, expectedMsP90 }: MessageOf<'quote'>, alternative: number): Millis | undefined {
    const here = this.#parts.durations.expected(durationClass(shape.class, alternative))?.p90 ?? 0
    return Math.max(here, expectedMsP90) || undefined
  }

  /** When there may be room for the first of what will do. */
  #etaMs(shape: Shape, now: Millis): Millis | undefined {
    const { local, durations } = this.#parts
    const work = local.work(this.#config.etaRunsMax, now)
    const { gpus } = local.offer()
    const host = { free: local.free(), gpus, work, durations }
    const etas = requestsOf(shape).flatMap((request) => decideEta(host, request, now) ?? [])
    return etas.length === 0 ? undefined : Math.min(...etas)
  }
}

function effectOf(what: HoldEffect['what'], { asker, lot }: Hold, ms: Millis): HoldEffect {
  return { type: 'hold', what, asker, lot, ms }
}

function reserved(etaMs: Millis): Refusal {
  return { ...later('reserved', `bid to others, who have ${etaMs} ms to award it`), etaMs }
}
