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

/** Whether a ballot can be real: the first version's are begun by its origin or its custodians, later ones by any bearer. */
export function mayBegin(record: TaskRecord, ballot: Ballot): boolean {
  return versionNumber(record.version) > 1 || ballot.peer === record.origin || record.custodians.includes(ballot.peer)
}
