/** How many of n custodians are a majority. */
export function majority(n: number): number {
  return Math.floor(n / 2) + 1
}

/** The newest time that a majority of custodians reached: the majority-th largest of their times. */
export function majorityTime(times: readonly number[]): number {
  return times.toSorted((a, b) => b - a)[majority(times.length) - 1] ?? -Infinity
}
