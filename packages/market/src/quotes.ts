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

/** Room is counted up to this for `racedMilli`: with more, rival bids no longer matter. */
const racedRoomMax = 64

interface QuotesParts {
  members: MembersView
  local: LocalView
  packing: Packing
  durations: Durations
  claims: ZoneClaims
  /** tasks that this host asked of bearers (WANTED) and that may be on their way */
  asked(): number
  /** this host is about to end, so it bids no more */
  leaving(): boolean
}

/**
 * reserved: room that was bid is not bid to others · released: its award came, or its auction went elsewhere · expired: the
 * asker fell silent. `ms`: how long the hold may last, or did last.
 */
export interface HoldEffect {
  type: 'hold'
  what: 'reserved' | 'released' | 'expired'
  asker: PeerId
  lot: number
  ms: Millis
}

/** Where hold effects go. */
interface Out {
  push(effect: HoldEffect): unknown
}

/**
 * Answers quotes for the bidder: a bid from what is free now, or the reason why not. It notes bids in `holds` and `rivals`;
 * nothing is taken from the host's ledger.
 */
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

  /** To a quote of zoned tasks it adds this host's word for its zone, even where this host can run none of them itself. */
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
    // Holds are limited to holdsMax: a host with more room than that turns nobody away because of them.
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

  /** A baton has come that a bearer on `path` awarded for the bid made at `offeredMs` (this host's clock): its hold ends. */
  onAwarded({ path, offeredMs }: { path: readonly PeerId[]; offeredMs: Millis }, now: Millis, out: Out): void {
    const hold = this.#holds.release(path, offeredMs)
    if (hold) out.push(effectOf('released', hold, now - hold.sinceMs))
  }

  /** The asker's auction `lot` is over without an award for this host: its hold and its word for the zone end. */
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

  /** Places among the room kept for a gang that such tasks could use and leave, by their timeout, before the gang starts. */
  #lent({ shape, limitMs = 0, count }: MessageOf<'quote'>, now: Millis): number {
    const { local } = this.#parts
    return limitMs > 0 && local.queued() === 0 ? local.lent(shape, limitMs, count, now) : 0
  }

  /** Capped, since rounding may make a hold of this moment seem to last longer than holdMsMax (I7). */
  #leftMs(heldUntilMs: Millis, now: Millis): Millis {
    return Math.min(this.#config.holdMsMax, Math.ceil(heldUntilMs - now))
  }

  /** p90 of the class's duration, the longer of what the asker and this host expect; undefined: neither knows. */
  #runMsP90({ shape, expectedMsP90 }: MessageOf<'quote'>, alternative: number): Millis | undefined {
    const here = this.#parts.durations.expected(durationClass(shape.class, alternative))?.p90 ?? 0
    return Math.max(here, expectedMsP90) || undefined
  }

  /** The soonest time at which any of the alternatives may have room; undefined: not known. */
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
