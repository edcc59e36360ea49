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

/** Bids that are looked at together, out of those that can start at once; `left`: tasks to place. */
interface Round {
  auction: Auction
  closed: Closed
  scoring: Scoring
  bids: readonly Bid[]
  immediate: readonly Bid[]
  left: number
}

/** What an auction comes to: who gets how many of the lot, and to whom each may bounce. */
export class Awards {
  readonly #config: MarketConfig
  readonly #parts: AwardsParts

  constructor(config: MarketConfig, parts: AwardsParts) {
    this.#config = config
    this.#parts = parts
  }

  /**
   * Only bids that can start at once bind; the rest of the lot waits for whoever has room first (late binding). What is
   * asked for by preference goes before what will do instead, and of that what this host has before what others have,
   * unless all are compared. Bids that are too late for a deadline come after all of that. Returns how many found a place.
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
          // In another zone it would need another's word.
          alternates: isZoned(lot.shape) ? [] : line.filter((each) => each !== to).slice(0, 2),
          decision,
        })
      awarded += tasks.length
    }
    return awarded
  }

  /** Who else can take some, best first: those in time, then by preference, then by score. */
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

  #taker({ peer, offeredMs, terms }: Bid): Taker | undefined {
    if (peer === this.#parts.self) return undefined
    const view = this.#parts.members.candidate(peer)
    if (!view?.reachable) return undefined
    return { peer, incarnation: view.incarnation, offeredMs, ...alternativeField(terms.alternative) }
  }
}
