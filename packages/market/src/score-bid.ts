import type { BidTerms } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/**
 * What is weighed of a bid, each around one: when it starts and ends against the target, how it fragments the host, how much
 * of that is in use already, what it costs, how many others were offered the same room, what company that is preferred it lacks,
 * whether it is too late for a deadline. It starts once its input is there and its worker warm, which come side by side.
 */
export function scoreParts(terms: BidTerms, { targetMs }: Pick<MarketConfig, 'targetMs'>) {
  return {
    start: (terms.startMs + Math.max(terms.coldMs ?? 0, terms.fetchMs ?? 0)) / targetMs,
    finish: terms.finishMs.p50 / targetMs,
    fragmentation: terms.fragMilli / 1000,
    used: terms.usedMilli / 1000,
    price: terms.priceMilli / 1000,
    raced: (terms.racedMilli ?? 0) / 1000,
    // Most tasks have no such wish: then it is no part of their score.
    ...(terms.unmetMilli ? { affinity: terms.unmetMilli / 1000 } : {}),
    ...(terms.late ? { late: 1 } : {}),
  }
}

/** The sum of the parts by their weights, lower is better; what has no weight counts nothing. */
export function weigh(
  parts: Readonly<Record<string, number>>,
  weights: Readonly<Record<string, number | undefined>>,
): number {
  let score = 0
  for (const name in parts) score += (weights[name] ?? 0) * parts[name]!
  return score
}
