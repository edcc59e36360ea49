/** One real series, cut into buckets of equal length. */
export interface Series {
  name: string
  bucketMs: number
  /** whole events, so that the noise of counting bounds what can be forecast */
  counts: boolean
  /** by bucket; undefined: a gap */
  values: (number | undefined)[]
}

/** A value and when it was, in milliseconds since anything. */
export type Sample = readonly [ms: number, value: number]

/** Samples on the grid of the usual distance between them; the first of two in one bucket counts. */
export function onGrid(name: string, samples: readonly Sample[], counts: boolean): Series {
  const distances = samples.slice(1).map(([ms], i) => ms - samples[i]![0])
  const bucketMs = distances.filter((ms) => ms > 0).sort((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 1000
  const first = samples[0]?.[0] ?? 0
  const values: (number | undefined)[] = []
  for (const [ms, value] of samples) {
    const bucket = Math.round((ms - first) / bucketMs)
    if (bucket < values.length || bucket > bucketsMax) continue
    while (values.length < bucket) values.push(undefined)
    values.push(value)
  }
  return { name, bucketMs, counts, values }
}

/** How many events were in each bucket, without the last one, which may be cut short. */
export function countsOf(name: string, ms: readonly number[], bucketMs: number): Series {
  const first = ms[0] ?? 0
  const length = Math.min(bucketsMax, Math.floor(((ms.at(-1) ?? 0) - first) / bucketMs))
  const values = new Array<number>(length).fill(0)
  for (const at of ms) {
    const bucket = Math.floor((at - first) / bucketMs)
    if (bucket >= 0 && bucket < length) values[bucket]!++
  }
  return { name, bucketMs, counts: true, values }
}

/** Sums of so many values each. */
export function summed(values: readonly number[], width: number): number[] {
  const sums: number[] = []
  for (let from = 0; from + width <= values.length; from += width) {
    let sum = 0
    for (let i = from; i < from + width; i++) sum += values[i]!
    sums.push(sum)
  }
  return sums
}

const bucketsMax = 200_000
