import type { BidTerms } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/**
 * The parts of a bid's score, each of the order of one: start and finish in units of the target, fragmentation of the host,
 * how much of the host is in use, price, how many rivals were bid the same room, preferred company that is missing, and
 * whether it misses the deadline. A task starts once its input is there and its worker warm; the two go on side by side.
 */
export function scoreParts(terms: BidTerms, { targetMs }: Pick<MarketConfig, 'targetMs'>) {
  return {
    start: (terms.startMs + Math.max(terms.coldMs ?? 0, terms.fetchMs ?? 0)) / targetMs,
    finish: terms.finishMs.p50 / targetMs,
    fragmentation: terms.fragMilli / 1000,
    used: terms.usedMilli / 1000,
    price: terms.priceMilli / 1000,
    raced: (terms.racedMilli ?? 0) / 1000,
    // Left out at zero, so that decisions do not show parts that most tasks have no use for.
    ...(terms.unmetMilli ? { affinity: terms.unmetMilli / 1000 } : {}),
    ...(terms.late ? { late: 1 } : {}),
  }
}

/** The weighted sum of the parts, lower is better; a part without a weight counts nothing. */
export function weigh(
  parts: Readonly<Record<string, number>>,
  weights: Readonly<Record<string, number | undefined>>,
): number {
  let score = 0
  for (const name in parts) score += (weights[name] ?? 0) * parts[name]!
  return score
}
