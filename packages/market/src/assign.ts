import type { Prng } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

export interface Scored {
  peer: PeerId
  /** tasks of the lot that the bidder takes at most */
  count: number
  score: number
}

export interface Share {
  peer: PeerId
  count: number
}

/**
 * Divides `count` like tasks among scored bids, best first. Every task given to a bidder makes its next one dearer by
 * the share of its offer already used (weight `spread`), so equal bids fill evenly; ties are broken at random.
 * Pure but for the prng. Returns bidders with at least one task, best first.
 */
export function assignShares(bids: readonly Scored[], count: number, spread: number, prng: Prng): Share[] {
  const line = prng
    .sample(bids, bids.length)
    .filter((bid) => bid.count > 0)
    .map((bid) => ({ ...bid, used: 0 }))
  for (let left = count; left > 0; left--) {
    let best: (typeof line)[number] | undefined
    let bestScore = Infinity
    for (const bid of line) {
      const score = bid.score + spread * (bid.used / bid.count)
      if (bid.used < bid.count && score < bestScore) {
        best = bid
        bestScore = score
      }
    }
    if (!best) break
    best.used++
  }
  return line
    .filter((bid) => bid.used > 0)
    .sort((a, b) => a.score - b.score)
    .map(({ peer, used }) => ({ peer, count: used }))
}
