import type { Millis, Prng } from '@souk/kernel'
import { alternativeField, type PeerId, requestsOf, type Taker } from '@souk/wire'
import { assignShares } from './assign.ts'
import type { Auction, Bid, Closed } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Keeper } from './keeper.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { scoreBid } from './score-bid.ts'
import { auctionDecision, type FrameOf } from './to-decision.ts'
import type { MembersView } from './views.ts'

interface AwardingParts {
  prng: Prng
  members: MembersView
  lots: Lots
  keeper: Keeper
  frame: FrameOf
}

/** Gives the tasks of a closed auction to its bidders. */
export class Awarding {
  readonly #config: MarketConfig
  readonly #parts: AwardingParts

  constructor(config: MarketConfig, parts: AwardingParts) {
    this.#config = config
    this.#parts = parts
  }

  /**
   * Only bids that can start at once bind; the rest of the lot waits for whoever has room first (late binding). What is
   * asked for by preference goes before what will do instead, and of that what this host has before what others have.
   * Returns how many found a place.
   */
  award(lot: Lot, auction: Auction, closed: Closed, now: Millis, out: AuctioneerEffect[]): number {
    let placed = 0
    for (const alternative of requestsOf(lot.shape).keys()) {
      if (alternative > 0) placed += this.#parts.keeper.keep(lot, alternative, now, out)
      placed += this.#awardAs(alternative, lot, { auction, closed, left: auction.count - placed }, now, out)
    }
    return placed
  }

  #awardAs(
    alternative: number,
    lot: Lot,
    { auction, closed, left }: { auction: Auction; closed: Closed; left: number },
    now: Millis,
    out: AuctioneerEffect[],
  ): number {
    const { prng, lots, frame } = this.#parts
    const immediate = auction.bids.filter(({ terms }) => terms.startMs === 0)
    const scored = immediate
      .filter(({ terms }) => (terms.alternative ?? 0) === alternative)
      .map(({ peer, terms }) => ({ peer, count: terms.count, score: scoreBid(terms, this.#config) }))
    const line = this.#line(immediate)
    let awarded = 0
    for (const share of assignShares(scored, Math.min(lot.size, left), this.#config.weights.spread, prng)) {
      const to = line.find(({ peer }) => peer === share.peer)
      if (!to) continue
      const tasks = lots.take(lot, share.count, now)
      if (tasks.length === 0) break
      const alternates = line.filter((taker) => taker !== to).slice(0, 2)
      const decision = auctionDecision(
        frame(tasks[0]!.sinceMs, auction.startedMs, now),
        auction,
        closed,
        share.peer,
        this.#config,
      )
      out.push({ type: 'award', tasks: tasks.map(({ task }) => task), to, alternates, decision })
      awarded += tasks.length
    }
    return awarded
  }

  /** Who can take some, best first: by preference, then by score. */
  #line(bids: readonly Bid[]): Taker[] {
    const score = new Map<PeerId, number>(bids.map(({ peer, terms }) => [peer, scoreBid(terms, this.#config)]))
    return [...bids]
      .sort(
        (a, b) =>
          (a.terms.alternative ?? 0) - (b.terms.alternative ?? 0) ||
          score.get(a.peer)! - score.get(b.peer)! ||
          (a.peer < b.peer ? -1 : 1),
      )
      .flatMap((bid) => this.#taker(bid) ?? [])
  }

  #taker({ peer, offeredMs, terms }: Bid): Taker | undefined {
    const view = this.#parts.members.candidate(peer)
    if (!view?.reachable) return undefined
    return { peer, incarnation: view.incarnation, offeredMs, ...alternativeField(terms.alternative) }
  }
}
