import type { Decision, PeerId, ScoredBid } from '@souk/wire'
import { weigh } from './score-bid.ts'

/** A decision taken again with other weights, from what was kept of it. */
export interface Replay {
  weights: Record<string, number>
  /** best first; those that could not start at once come last, since only the others bind */
  bids: ScoredBid[]
  /** undefined where no bid could start at once */
  winner: PeerId | undefined
  /** score of the second less that of the first; 0 where there is no second */
  margin: number
  /** it would have gone elsewhere than it did */
  changed: boolean
}

/**
 * Who would have won with these weights. It knows the bids that the decision kept (the best `limits.bidsKeptMax` by its
 * own weights and the winner): where there were more, `bidsTotal` says so, and one of those might have done better.
 */
export function replay(decision: Pick<Decision, 'bids' | 'winner'>, weights: Record<string, number>): Replay {
  const bids = decision.bids
    .map((bid) => ({ ...bid, score: weigh(bid.parts, weights) }))
    .sort(
      (a, b) =>
        Number(a.terms.startMs > 0) - Number(b.terms.startMs > 0) || a.score - b.score || (a.peer < b.peer ? -1 : 1),
    )
  const able = bids.filter(({ terms }) => terms.startMs === 0)
  const [first, second] = able
  // Where the one that won is as good as the first, chance may have chosen it again.
  const won = able.find(({ peer }) => peer === decision.winner)
  const winner = won && first && won.score === first.score ? won.peer : first?.peer
  return {
    weights,
    bids,
    winner,
    margin: first && second ? second.score - first.score : 0,
    // Of what was placed without bids nothing was weighed.
    changed: bids.length > 0 && winner !== decision.winner,
  }
}
