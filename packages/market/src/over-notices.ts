import type { BidTerms, MessageOf, PeerId } from '@souk/wire'
import type { Auction } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { holdMsFor } from './holds.ts'
import type { MembersView } from './views.ts'

type Out = AuctioneerEffect[]

interface OverNoticesParts {
  self: PeerId
  members: MembersView
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

  /** Who bid and was awarded nothing by `effects`. */
  toLosers({ id, bids }: Auction, effects: readonly AuctioneerEffect[], out: Out): void {
    const awarded = new Set(effects.flatMap((effect) => (effect.type === 'award' ? [effect.to.peer] : [])))
    for (const { peer, terms } of bids)
      if (peer !== this.#parts.self && !awarded.has(peer) && this.#holds(peer, terms)) release(peer, id, out)
  }

  /** Its bid came when the auction was over. */
  toLate(peer: PeerId, { lot, terms }: MessageOf<'bid'>, out: Out): void {
    if (this.#holds(peer, terms)) release(peer, lot, out)
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
