import type { Ballot, TaskRecord } from '@souk/wire'
import { versionNumber } from './version.ts'

/** How many of n custodians are a majority. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1
}

/** The newest time that a majority of custodians reached: the majority-th largest of their times. */
export function majorityTime(times: readonly number[]): number {
  const [a, b, c] = times
  if (times.length === 1) return a!
  // Of three the middle one, without sorting: asked for every baton, often.
  if (times.length === 3) return Math.max(Math.min(a!, b!), Math.min(Math.max(a!, b!), c!))
  return times.toSorted((a, b) => b - a)[majority(times.length) - 1] ?? -Infinity
}

/**
 * Whether a ballot can be real: even counters are begun by custodians, odd ones by the origin, and in later versions by
 * any bearer (wire's `nextCounter`).
 */
export function mayBegin({ version, origin, custodians }: TaskRecord, { counter, peer }: Ballot): boolean {
  if (counter % 2 === 0) return custodians.includes(peer) || versionNumber(version) > 1
  return peer === origin || versionNumber(version) > 1
}
