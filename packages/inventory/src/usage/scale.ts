/** Where the buckets of a histogram end: each holds what is above the end before it, the last also all that is more. */
export type Scale = readonly number[]

/** Finer where hosts mostly are: idle. */
export const percentScale: Scale = [1, 2, 3, 5, 7.5, 10, ...Array.from({ length: 18 }, (_, i) => 15 + 5 * i)]

/** Mbit/s from 0.1 to 100,000: doubling, so a quantile is right within a factor of two. */
export const rateScale: Scale = Array.from({ length: 21 }, (_, i) => 0.1 * 2 ** i)

export function bucketOf(scale: Scale, value: number): number {
  const bucket = scale.findIndex((end) => value <= end)
  return bucket === -1 ? scale.length - 1 : bucket
}

/** The value below which a share `q` of the samples is; even within a bucket. undefined without samples. */
export function quantile(scale: Scale, counts: ArrayLike<number>, q: number): number | undefined {
  let all = 0
  for (let i = 0; i < counts.length; i++) all += counts[i]!
  if (all === 0) return undefined
  let left = q * all
  for (let i = 0; i < scale.length; i++) {
    const count = counts[i]!
    if (count > 0 && left <= count) {
      const start = i === 0 ? 0 : scale[i - 1]!
      return start + (scale[i]! - start) * (left / count)
    }
    left -= count
  }
  return scale.at(-1)
}
