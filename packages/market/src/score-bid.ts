import type { BidTerms } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/** Of a bid that cannot make the deadline: it is taken where no other can either. */
const lateScore = 1_000

/** Lower is better: when it starts against the target, how it fragments the host, what it costs. */
export function scoreBid(terms: BidTerms, config: Pick<MarketConfig, 'weights' | 'targetMs'>): number {
  const { weights, targetMs } = config
  const start = weights.start * (terms.startMs / targetMs)
  const fragmentation = weights.fragmentation * (terms.fragMilli / 1000)
  const price = weights.price * (terms.priceMilli / 1000)
  return start + fragmentation + price + (terms.late ? lateScore : 0)
}
