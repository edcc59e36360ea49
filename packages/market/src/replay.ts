import type { Decision, PeerId, ScoredBid } from '@souk/wire'
import { weigh } from './score-bid.ts'

/** A decision taken again with other weights, from the bids that its record kept. */
export interface Replay {
  weights: Record<string, number>
  /** best first; bids that do not start at once come last, since only the others can win */
  bids: ScoredBid[]
  /** undefined: no bid starts at once */
  winner: PeerId | undefined
  /** score of the second less that of the first; 0: there is no second */
  margin: number
  /** the winner is another than in the decision */
  changed: boolean
}

/**
 * Who would have won with these weights, of the bids that the decision kept (the best `limits.bidsKeptMax` by its own weights,
 * and the winner). If `bidsTotal` is more, one of the others might have done better.
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
  // If the old winner ties with the first, it stays: ties are broken at random.
  const won = able.find(({ peer }) => peer === decision.winner)
  const winner = won && first && won.score === first.score ? won.peer : first?.peer
  return {
    weights,
    bids,
    winner,
    margin: first && second ? second.score - first.score : 0,
    // Without bids nothing was weighed, so other weights change nothing.
    changed: bids.length > 0 && winner !== decision.winner,
  }
}
