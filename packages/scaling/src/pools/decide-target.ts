import type { Millis } from '@souk/kernel'
import type { PoolConfig } from './pool-config.ts'

/** Why so many are wanted. */
export type TargetCode =
  /** the quantile of what is forecast */
  | 'forecast'
  /** it is idle most of the time, and likely to come again now */
  | 'due'
  /** it is idle most of the time, and not likely to come now */
  | 'idle'
  /** as many as were ordered are about right */
  | 'within-hysteresis'
  /** fewer are wanted, but not for long enough yet */
  | 'scale-down-delay'
  /** nothing is forecast yet */
  | 'no-forecast'

export interface TargetFacts {
  now: Millis
  /** workers that are ordered so far */
  current: number
  /** fewer were wanted since then, and at most so many; undefined: not fewer */
  low: { sinceMs: Millis; most: number } | undefined
  /** the most that ran at once in the history */
  mostUsed: number
  /** quantiles of the workers at the warm-up horizon and in the next bucket, the higher; undefined: not forecast */
  quantile: number | undefined
  /** of a class that is idle most of the time: is it likely enough that it comes within the warm-up horizon? */
  due: boolean | undefined
  /** as many as ran at once when it last ran */
  lastUsed: number
}

export interface Target {
  workers: number
  code: TargetCode
  low: TargetFacts['low']
}

/** A quantile so little above a whole number does not ask for one more: tails never quite reach 0 (guess). */
const roundingDown = 0.2

/** How many workers should stand warm. */
export function decideTarget(facts: TargetFacts, config: PoolConfig): Target {
  const { current, low, now } = facts
  const { workers, code } = wantedOf(facts, config)
  if (workers >= current) {
    const close = current > 0 && workers > current && workers <= current * (1 + config.hysteresis)
    return close ? { workers: current, code: 'within-hysteresis', low: undefined } : { workers, code, low: undefined }
  }
  // What is due or not is known from the gaps: there is nothing to wait for.
  if (code === 'idle' || code === 'due') return { workers, code, low: undefined }
  const since = { sinceMs: low?.sinceMs ?? now, most: Math.max(low?.most ?? 0, workers) }
  if (now - since.sinceMs < config.scaleDownMs) return { workers: current, code: 'scale-down-delay', low: since }
  return { workers: since.most, code, low: since.most === workers ? undefined : { sinceMs: now, most: workers } }
}

function wantedOf(facts: TargetFacts, { stepMax, workersMax }: PoolConfig): Pick<Target, 'workers' | 'code'> {
  const { quantile, due, lastUsed, mostUsed } = facts
  const most = Math.min(workersMax, Math.ceil(stepMax * mostUsed))
  if (due !== undefined) {
    return due ? { workers: Math.min(most, Math.max(1, lastUsed)), code: 'due' } : { workers: 0, code: 'idle' }
  }
  if (quantile === undefined || Number.isNaN(quantile)) return { workers: 0, code: 'no-forecast' }
  return { workers: Math.min(most, Math.max(0, Math.ceil(quantile - roundingDown))), code: 'forecast' }
}
