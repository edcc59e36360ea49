import { BoundedMap, copiesThatFit, type Millis } from '@souk/kernel'
import { type BidTerms, limits, type PeerId, requestOf, type Shape } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { MembersView } from './views.ts'

type Out = AuctioneerEffect[]

interface Standing {
  /** bids beyond the bidder's own advert, since its last bid within it */
  lies: number
  /** awards made after it had accepted none for `acceptMsMax`, since it last accepted one */
  broken: number
  /** when a strike of either kind was last counted: one a second, since a newer advert or an answer may be on its way */
  countedMs: Millis
  /** first award since it last accepted one */
  openSinceMs: Millis | undefined
  ignoredUntilMs: Millis
  penaltyMs: Millis
}

/** between two strikes of one peer */
const strikeMs = 1_000

/**
 * How bidders have kept to what they said. A bid beyond the bidder's advert is cut down to it; a bidder that bids so again
 * and again, or accepts none of its awards, is left out of auctions and WANTED for a while, each time for longer.
 *
 * Bounds: one record per member; a peer that was left out comes back by itself, so a wrong verdict costs
 * `distrustMsMax` at the most.
 */
export class Conduct {
  readonly #config: MarketConfig
  readonly #members: MembersView
  readonly #records = new BoundedMap<PeerId, Standing>(limits.membersMax)

  constructor(config: MarketConfig, members: MembersView) {
    this.#config = config
    this.#members = members
  }

  /** Whether this peer is left out now. */
  ignored(peer: PeerId, now: Millis): boolean {
    const record = this.#records.get(peer)
    return record !== undefined && now < record.ignoredUntilMs
  }

  /** The bid as far as it can be true; what goes beyond the bidder's advert counts against it. */
  believed(peer: PeerId, shape: Shape, terms: BidTerms, now: Millis, out: Out): BidTerms {
    const offer = this.#members.candidate(peer)?.offer
    if (!offer) return terms
    const request = requestOf(shape, terms.alternative)
    const count = Math.min(terms.count, copiesThatFit(offer.capacity, request, terms.count, offer.gpus))
    if (count === terms.count) {
      const record = this.#records.get(peer)
      if (record) record.lies = 0
      return terms
    }
    const record = this.#recordOf(peer)
    if (this.#counts(record, now) && ++record.lies >= this.#config.liesMax) this.#ignore(peer, record, 'lies', now, out)
    return { ...terms, count }
  }

  /** Notes every award among the effects from this index on. */
  onEffects(out: Out, from: number, now: Millis): void {
    for (const effect of out.slice(from)) if (effect.type === 'award') this.#onAward(effect.to.peer, now, out)
  }

  onAccept(peer: PeerId): void {
    const record = this.#records.get(peer)
    if (!record) return
    record.openSinceMs = undefined
    record.broken = 0
  }

  #onAward(peer: PeerId, now: Millis, out: Out): void {
    const record = this.#recordOf(peer)
    record.openSinceMs ??= now
    const late = now - record.openSinceMs >= this.#config.acceptMsMax
    if (late && this.#counts(record, now) && ++record.broken >= this.#config.brokenMax) {
      this.#ignore(peer, record, 'broken', now, out)
    }
  }

  #counts(record: Standing, now: Millis): boolean {
    if (now - record.countedMs < strikeMs) return false
    record.countedMs = now
    return true
  }

  #ignore(peer: PeerId, record: Standing, code: 'lies' | 'broken', now: Millis, out: Out): void {
    const { distrustMs, distrustMsMax } = this.#config
    // A penalty doubles only if it follows within distrustMsMax of the end of the last one.
    const again = record.penaltyMs > 0 && now - record.ignoredUntilMs < distrustMsMax
    record.penaltyMs = again ? Math.min(distrustMsMax, 2 * record.penaltyMs) : distrustMs
    record.ignoredUntilMs = now + record.penaltyMs
    record.lies = 0
    record.broken = 0
    record.openSinceMs = undefined
    out.push({ type: 'distrusted', peer, code, forMs: record.penaltyMs })
  }

  #recordOf(peer: PeerId): Standing {
    let record = this.#records.get(peer)
    if (!record) {
      const never = -Infinity
      record = { lies: 0, broken: 0, countedMs: never, openSinceMs: undefined, ignoredUntilMs: never, penaltyMs: 0 }
      this.#records.push(peer, record)
    }
    return record
  }
}
