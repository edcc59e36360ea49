/** Four buckets an octave, so a quantile is within an eighth of what it stands for; the last is 2^30 and more. */
const bucketsMax = 120
/** At so many values all counts are halved, so that what is old counts ever less; they fit a byte. */
const valuesMax = 200

/**
 * How values of any size are spread, of late: counts in buckets that widen with the values, 120 bytes in all.
 * Whole numbers from 0 on; deterministic. Cost of an addition: constant, of a quantile: one pass over the buckets.
 */
export class LogHistogram {
  readonly #counts = new Uint8Array(bucketsMax)
  #total = 0

  /** Values in it, the old ones by what they still count. */
  get total(): number {
    return this.#total
  }

  add(value: number): void {
    this.#counts[bucketOf(value)]!++
    this.#total++
    if (this.#total >= valuesMax) this.#halve()
  }

  /** The value that a share `q` of those above `above` does not exceed; undefined where there are none. */
  quantile(q: number, above = -1): number | undefined {
    const first = above < 0 ? 0 : bucketOf(above) + 1
    let total = 0
    for (let i = first; i < bucketsMax; i++) total += this.#counts[i]!
    if (total === 0) return undefined
    const rank = Math.max(0.5, q * total)
    let before = 0
    for (let i = first; i < bucketsMax; i++) {
      const count = this.#counts[i]!
      if (count > 0 && before + count >= rank) {
        const low = lowestOf(i)
        return Math.floor(low + ((lowestOf(i + 1) - low) * (rank - before)) / (count + 1))
      }
      before += count
    }
    return lowestOf(bucketsMax)
  }

  #halve(): void {
    this.#total = 0
    for (let i = 0; i < bucketsMax; i++) {
      this.#counts[i]! >>= 1
      this.#total += this.#counts[i]!
    }
  }
}

/** 0 to 3 by themselves, then the power of two and its quarter. */
function bucketOf(value: number): number {
  const whole = Math.max(0, Math.floor(Math.min(value, 2 ** 31 - 1)))
  if (whole < 4) return whole
  const exponent = 31 - Math.clz32(whole)
  return (exponent - 1) * 4 + ((whole >> (exponent - 2)) & 3)
}

function lowestOf(bucket: number): number {
  if (bucket < 4) return bucket
  return (4 + (bucket & 3)) * 2 ** ((bucket >> 2) - 1)
}
