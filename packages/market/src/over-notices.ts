import type { BidTerms, MessageOf, PeerId } from '@souk/wire'
import type { Auction } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { holdMsFor } from './holds.ts'
import type { MembersView } from './views.ts'
import type { ZoneRounds } from './zone-rounds.ts'

type Out = AuctioneerEffect[]

interface OverNoticesParts {
  self: PeerId
  members: MembersView
  zones: ZoneRounds
  /** tasks that wait here for a host with room */
  waiting(): number
}

/**
 * Tells hosts that an auction is over (`over`): a bidder that got nothing ends its hold and may bid that room to others; a
 * host that had no room hears how many tasks wait here, so that it asks once it has some. At most one notice an answer.
 */
export class OverNotices {
  readonly #config: MarketConfig
  readonly #parts: OverNoticesParts

  constructor(config: MarketConfig, parts: OverNoticesParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Bidders with a hold that `effects` award nothing; of a zoned lot all hosts asked, since each has given its word. */
  toLosers(auction: Auction, effects: readonly AuctioneerEffect[], out: Out): void {
    const { self, zones } = this.#parts
    const { id, bids } = auction
    const awarded = new Set(effects.flatMap((effect) => (effect.type === 'award' ? [effect.to.peer] : [])))
    const told = new Set(zones.end(auction, awarded))
    for (const peer of told) release(peer, id, out)
    for (const { peer, terms } of bids) {
      const isToKnow = peer !== self && !awarded.has(peer) && !told.has(peer)
      if (isToKnow && this.#holds(peer, terms)) release(peer, id, out)
    }
  }

  /** The answer came after the auction had closed, so its hold or word is for nothing. */
  toLate(peer: PeerId, answer: MessageOf<'bid' | 'noBid'>, out: Out): void {
    if (answer.zone || (answer.t === 'bid' && this.#holds(peer, answer.terms))) release(peer, answer.lot, out)
  }

  /** Hosts that had no room hear how many tasks wait here, so that they know whom to ask once they have some. */
  toRefused({ id, refused }: Auction, out: Out): void {
    const message = { t: 'over', lot: id, waiting: this.#parts.waiting() } as const
    for (const { peer, refusal } of refused) if (!refusal.never) out.push({ type: 'send', to: peer, message })
  }

  /** Whether the bidder holds room for this bid: the same rule as its own (`holdMsFor`), by the duration that it bid. */
  #holds(peer: PeerId, { finishMs }: BidTerms): boolean {
    const { members } = this.#parts
    const rttMs = members.rttP95(peer) ?? members.rttP95() ?? this.#config.rttMsUnknown
    return holdMsFor(this.#config, finishMs.p90 || undefined, rttMs) !== undefined
  }
}

/** Leaves out how many tasks wait here: most will be placed by the next auctions, and a host with room would ask for them. */
function release(to: PeerId, lot: number, out: Out): void {
  out.push({ type: 'send', to, message: { t: 'over', lot } })
}
