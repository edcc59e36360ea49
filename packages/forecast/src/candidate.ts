/** One way to forecast. It never sees the future: `point` says what it expects given what it has learned so far. */
export interface Candidate {
  readonly name: string
  /** The value of one bucket, limited as an outlier is (`outliers.ts`); buckets rise, and some may be left out. */
  learn(bucket: number, value: number): void
  /** A bucket went by of which nothing is known; `guess` is what was expected of it. */
  miss(guess: number): void
  /** The level of the series changed for good: forget what was before sooner. `level` is where it is at this bucket. */
  shift(bucket: number, level: number): void
  /** What it expects `ahead` buckets after the latest, which is `bucket`; NaN: it has nothing to say. */
  point(bucket: number, ahead: number): number
}
