import type { Millis } from './time.ts'

/** Round-trip times to one peer: an EWMA and the p95 of the last 64 samples. */
export class RoundTrip {
  readonly #samples: Millis[] = []
  #next = 0
  #mean: Millis | undefined
  #p95: Millis | undefined

  add(sample: Millis): void {
    this.#mean = this.#mean === undefined ? sample : this.#mean + (sample - this.#mean) / 8
    if (this.#samples.length < 64) this.#samples.push(sample)
    else {
      this.#samples[this.#next] = sample
      this.#next = (this.#next + 1) % 64
    }
    this.#p95 = undefined
  }

  get mean(): Millis | undefined {
    return this.#mean
  }

  get p95(): Millis | undefined {
    if (this.#samples.length === 0) return undefined
    if (this.#p95 === undefined) {
      const sorted = this.#samples.toSorted((a, b) => a - b)
      this.#p95 = sorted[Math.ceil(sorted.length * 0.95) - 1]
    }
    return this.#p95
  }
}
