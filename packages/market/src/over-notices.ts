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
 * Tells those whom an auction asked that it is over: what was bid is free for others, and who had no room hears how many
 * tasks wait here for whoever has some first. Bound: one notice for each answer.
 */
export class OverNotices {
  readonly #config: MarketConfig
  readonly #parts: OverNoticesParts

  constructor(config: MarketConfig, parts: OverNoticesParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Who bid and was awarded nothing by `effects`; of zones whoever was asked, since all have given their word. */
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

  /** Its answer came when the auction was over. */
  toLate(peer: PeerId, answer: MessageOf<'bid' | 'noBid'>, out: Out): void {
    if (answer.zone || (answer.t === 'bid' && this.#holds(peer, answer.terms))) release(peer, answer.lot, out)
  }

  /** A host that had no room must know whom to ask once it has. */
  toRefused({ id, refused }: Auction, out: Out): void {
    const message = { t: 'over', lot: id, waiting: this.#parts.waiting() } as const
    for (const { peer, refusal } of refused) if (!refusal.never) out.push({ type: 'send', to: peer, message })
  }

  /** Whether room is held for such a bid, by how long its bidder expects the tasks to run. */
  #holds(peer: PeerId, { finishMs }: BidTerms): boolean {
    const { members } = this.#parts
    const rttMs = members.rttP95(peer) ?? members.rttP95() ?? this.#config.rttMsUnknown
    return holdMsFor(this.#config, finishMs.p90 || undefined, rttMs) !== undefined
  }
}

/** Not with what waits here: most of it will be placed by the next auctions, and a host with room would ask for it. */
function release(to: PeerId, lot: number, out: Out): void {
  out.push({ type: 'send', to, message: { t: 'over', lot } })
}
