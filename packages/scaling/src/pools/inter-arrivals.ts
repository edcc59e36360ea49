import type { Millis } from '@souk/kernel'

/** From a second to 18 days. */
const bucketsMax = 64
const firstMs = 1_000
const growth = 1.25
/** At so many gaps all counts are halved, so that what is old counts ever less. */
const gapsMax = 200

/**
 * How long a class was idle between its runs: a histogram in buckets that widen, 512 bytes. It tells how likely the next
 * run is, the class having been idle for so long (Shahrad et al. 2020 take fixed percentiles of the same histogram).
 */
export class InterArrivals {
  readonly #counts = new Float64Array(bucketsMax)
  #total = 0

  /** Gaps in it, the old ones by what they still count. */
  get total(): number {
    return this.#total
  }

  add(gapMs: Millis): void {
    if (!(gapMs >= 0)) return
    this.#counts[bucketOf(gapMs)]!++
    this.#total++
    if (this.#total < gapsMax) return
    for (let i = 0; i < bucketsMax; i++) this.#counts[i]! /= 2
    this.#total /= 2
  }

  /** How likely it is, from 0 to 1, that the next run comes within `withinMs`, the class having been idle for `idleMs`. */
  chanceWithin(idleMs: Millis, withinMs: Millis): number {
    const left = this.#longerThan(idleMs)
    return left < 0.5 ? 0 : 1 - this.#longerThan(idleMs + withinMs) / left
  }

  save(): number[] {
    return [...this.#counts]
  }

  restore(saved: unknown): void {
    if (!Array.isArray(saved) || saved.length !== bucketsMax) return
    if (!saved.every((count) => typeof count === 'number' && count >= 0 && count <= gapsMax)) return
    this.#counts.set(saved as number[])
    this.#total = (saved as number[]).reduce((sum, count) => sum + count, 0)
  }

  /** Gaps that were longer, those of its own bucket in part. */
  #longerThan(ms: Millis): number {
    const at = bucketOf(ms)
    const low = lowestOf(at)
    const part = Math.min(1, Math.max(0, (ms - low) / (lowestOf(at + 1) - low)))
    let sum = this.#counts[at]! * (1 - part)
    for (let i = at + 1; i < bucketsMax; i++) sum += this.#counts[i]!
    return sum
  }
}

function bucketOf(ms: Millis): number {
  if (!(ms >= firstMs)) return 0
  return Math.min(bucketsMax - 1, 1 + Math.floor(Math.log(ms / firstMs) / Math.log(growth)))
}

function lowestOf(bucket: number): Millis {
  return bucket === 0 ? 0 : firstMs * growth ** (bucket - 1)
}
