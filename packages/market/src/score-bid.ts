import type { BidTerms } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/** Lower is better: when it starts against the target, how it fragments the host, what it costs, what preferred company it lacks. */
export function scoreBid(terms: BidTerms, config: Pick<MarketConfig, 'weights' | 'targetMs'>): number {
  const { weights, targetMs } = config
  const start = weights.start * (terms.startMs / targetMs)
  const fragmentation = weights.fragmentation * (terms.fragMilli / 1000)
  const price = weights.price * (terms.priceMilli / 1000)
  const affinity = weights.affinity * ((terms.unmetMilli ?? 0) / 1000)
  return start + fragmentation + price + affinity
}
