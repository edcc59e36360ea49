import type { Ballot, TaskRecord } from '@souk/wire'
/** How many of n custodians are a majority. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1
}

/** The newest time that a majority of custodians reached: the majority-th largest of their times. */
export function majorityTime(times: readonly number[]): number {
  return times.toSorted((a, b) => b - a)[majority(times.length) - 1] ?? -Infinity
}

/** Whether a ballot of this task can be real: its origin begins the first, its custodians those that follow. */
export function mayBegin(record: TaskRecord, ballot: Ballot): boolean {
  return ballot.peer === record.origin || record.custodians.includes(ballot.peer)
}
