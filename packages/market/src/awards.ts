import type { Millis, Prng } from '@souk/kernel'
import { alternativeField, type PeerId, requestsOf, type Taker } from '@souk/wire'
import { assignShares } from './assign.ts'
import type { Auction, Bid, Closed } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Keeper } from './keeper.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { type Scoring, scoringOf } from './scoring.ts'
import { auctionDecision, type FrameOf } from './to-decision.ts'
import type { MembersView } from './views.ts'
import { isZoned } from './zone-ties.ts'

type Out = AuctioneerEffect[]

interface AwardsParts {
  self: PeerId
  prng: Prng
  members: MembersView
  lots: Lots
  frame: FrameOf
  keeper: Keeper
}

/** One pass over an auction. `immediate`: bids that start at once, `bids`: those of this pass; `left`: tasks to place. */
interface Round {
  auction: Auction
  closed: Closed
  scoring: Scoring
  bids: readonly Bid[]
  immediate: readonly Bid[]
  left: number
}

/** Turns the bids of a closed auction into awards: which bidder gets how many tasks of the lot, and to whom each may bounce. */
export class Awards {
  readonly #config: MarketConfig
  readonly #parts: AwardsParts

  constructor(config: MarketConfig, parts: AwardsParts) {
    this.#config = config
    this.#parts = parts
  }

  /**
   * Only bids that start at once get tasks; the rest of the lot waits for the first host with room (late binding). Bids in
   * time for the deadline go before late ones; among each the request goes before its alternatives, and an alternative that
   * fits here before the same on other hosts, unless all hosts are compared. Returns how many tasks found a place.
   */
  award(lot: Lot, auction: Auction, closed: Closed, now: Millis, out: Out): number {
    const scoring = scoringOf(lot.shape, this.#config)
    const comparesAll = this.#parts.keeper.comparesAll(lot)
    const immediate = auction.bids.filter(({ terms }) => terms.startMs === 0)
    let placed = 0
    for (const bids of [immediate.filter(({ terms }) => !terms.late), immediate.filter(({ terms }) => terms.late)]) {
      for (const alternative of requestsOf(lot.shape).keys()) {
        if (alternative > 0 && !comparesAll) placed += this.#parts.keeper.keep(lot, alternative, now, out)
        const left = auction.count - placed
        placed += this.#awardAs(alternative, lot, { auction, closed, scoring, bids, immediate, left }, now, out)
      }
    }
    return placed
  }

  #awardAs(
    alternative: number,
    lot: Lot,
    { auction, closed, scoring, bids, immediate, left }: Round,
    now: Millis,
    out: Out,
  ): number {
    const { self, prng, lots, frame, keeper } = this.#parts
    const scored = bids
      .filter(({ terms }) => (terms.alternative ?? 0) === alternative)
      .map(({ peer, terms }) => ({ peer, count: terms.count, score: scoring.of(terms).score }))
    const line = this.#line(immediate, scoring)
    let awarded = 0
    for (const share of assignShares(scored, Math.min(lot.size, left), scoring.weights.spread, prng)) {
      const here = share.peer === self
      const to = line.find(({ peer }) => peer === share.peer)
      if (!here && !to) continue
      const given = here
        ? keeper.take(lot, alternative, share.count, now)
        : lots.take(lot, alternative, share.count, now)
      if (given.length === 0) continue
      const tasks = given.map(({ task }) => task)
      const timing = frame(given[0]!.sinceMs, auction.startedMs, now)
      const decision = auctionDecision(timing, auction, closed, share.peer, scoring)
      if (here) out.push({ type: 'keep', tasks, alternative, decision })
      else
        out.push({
          type: 'award',
          tasks,
          to: to!,
          // A zoned task needs the word of its zone's hosts; an alternate in another zone has not got theirs.
          alternates: isZoned(lot.shape) ? [] : line.filter((each) => each !== to).slice(0, 2),
          decision,
        })
      awarded += tasks.length
    }
    return awarded
  }

  /** Other hosts that can take tasks or be alternates, best first: in time for the deadline, by alternative, by score. */
  #line(bids: readonly Bid[], scoring: Scoring): Taker[] {
    const score = new Map<PeerId, number>(bids.map(({ peer, terms }) => [peer, scoring.of(terms).score]))
    return [...bids]
      .sort(
        (a, b) =>
          Number(a.terms.late ?? false) - Number(b.terms.late ?? false) ||
          (a.terms.alternative ?? 0) - (b.terms.alternative ?? 0) ||
          score.get(a.peer)! - score.get(b.peer)! ||
          (a.peer < b.peer ? -1 : 1),
      )
      .flatMap((bid) => this.#taker(bid) ?? [])
  }

  /** Undefined: it cannot be reached, or another life of it has begun, which has promised nothing and counts time anew. */
  #taker({ peer, incarnation, offeredMs, terms }: Bid): Taker | undefined {
    if (peer === this.#parts.self) return undefined
    const view = this.#parts.members.candidate(peer)
    if (!view?.reachable || view.incarnation !== incarnation) return undefined
    return { peer, incarnation, offeredMs, ...alternativeField(terms.alternative) }
  }
}
