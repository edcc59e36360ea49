import type { Millis, Prng } from '@souk/kernel'
import type { PeerId, Taker } from '@souk/wire'
import { assignShares } from './assign.ts'
import type { Auction, Closed } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Lot, Waiting } from './lot.ts'
import type { Lots } from './lots.ts'
import { scoringOf } from './scoring.ts'
import { auctionDecision, type FrameOf } from './to-decision.ts'
import type { MembersView } from './views.ts'

type Out = AuctioneerEffect[]

interface AwardsParts {
  self: PeerId
  prng: Prng
  members: MembersView
  lots: Lots
  frame: FrameOf
  /** so many of a lot as this host has room for in this instant, out of the line */
  takeHere(lot: Lot, limit: number, now: Millis): Waiting[]
}

/** What an auction comes to: who gets how many of the lot, and to whom each may bounce. */
export class Awards {
  readonly #config: MarketConfig
  readonly #parts: AwardsParts

  constructor(config: MarketConfig, parts: AwardsParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Only bids that can start at once bind; the rest of the lot waits for whoever has room first (late binding). */
  award(lot: Lot, auction: Auction, closed: Closed, now: Millis, out: Out): number {
    const { self, prng, lots, frame, takeHere } = this.#parts
    const scoring = scoringOf(lot.shape, this.#config)
    const scored = auction.bids
      .filter((bid) => bid.terms.startMs === 0)
      .map(({ peer, terms }) => ({ peer, count: terms.count, score: scoring.of(terms).score }))
    const count = Math.min(lot.size, auction.count)
    let awarded = 0
    for (const share of assignShares(scored, count, scoring.weights.spread, prng)) {
      const here = share.peer === self
      const to = this.#taker(share.peer, auction)
      if (!here && !to) continue
      const given = here ? takeHere(lot, share.count, now) : lots.take(lot, share.count, now)
      if (given.length === 0) continue
      const tasks = given.map(({ task }) => task)
      const timing = frame(given[0]!.sinceMs, auction.startedMs, now)
      const decision = auctionDecision(timing, auction, closed, share.peer, scoring)
      if (here) out.push({ type: 'keep', tasks, decision })
      else out.push({ type: 'award', tasks, to: to!, alternates: this.#alternates(scored, to!, auction), decision })
      awarded += tasks.length
    }
    return awarded
  }

  #alternates(scored: readonly { peer: PeerId; score: number }[], to: Taker, auction: Auction): Taker[] {
    return scored
      .filter(({ peer }) => peer !== to.peer)
      .sort((a, b) => a.score - b.score || (a.peer < b.peer ? -1 : 1))
      .flatMap(({ peer }) => this.#taker(peer, auction) ?? [])
      .slice(0, 2)
  }

  #taker(peer: PeerId, { bids }: Auction): Taker | undefined {
    if (peer === this.#parts.self) return undefined
    const view = this.#parts.members.candidate(peer)
    const bid = bids.find((b) => b.peer === peer)
    return bid && view?.reachable ? { peer, incarnation: view.incarnation, offeredMs: bid.offeredMs } : undefined
  }
}
