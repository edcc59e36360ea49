import type { Candidate } from './candidate.ts'
import type { NumberStore } from './number-store.ts'

const weight = 0.1
/** How many of the buckets must be zero, of late, for demand to count as intermittent. */
const zerosFrom = 0.6
const zerosWeight = 0.02

const fields = { size: 0, interval: 1, since: 2, zeros: 3, seen: 4 }

/**
 * Intermittent demand: size and interval smoothed apart (Croston 1972), with the bias taken off (Syntetos and Boylan
 * 2005). Silent while most buckets have some demand.
 */
export class Croston implements Candidate {
  readonly name = 'croston-sba'
  readonly #own: Float64Array

  constructor(store: NumberStore) {
    this.#own = store.doubles(5)
    this.#own[fields.size] = Number.NaN
  }

  /** Whether at least 60 % of the buckets have been zero of late. */
  get intermittent(): boolean {
    return this.#own[fields.zeros]! >= zerosFrom
  }

  learn(_bucket: number, value: number): void {
    const own = this.#own
    own[fields.seen]!++
    own[fields.since]!++
    const share = Math.max(zerosWeight, 1 / own[fields.seen]!)
    own[fields.zeros]! += share * ((value === 0 ? 1 : 0) - own[fields.zeros]!)
    if (value === 0) return
    const first = Number.isNaN(own[fields.size]!)
    own[fields.size] = first ? value : own[fields.size]! + weight * (value - own[fields.size]!)
    own[fields.interval] = first
      ? own[fields.since]!
      : own[fields.interval]! + weight * (own[fields.since]! - own[fields.interval]!)
    own[fields.since] = 0
  }

  miss(): void {
    this.#own[fields.since]!++
  }

  shift(): void {}

  point(): number {
    if (!this.intermittent) return Number.NaN
    return ((1 - weight / 2) * this.#own[fields.size]!) / Math.max(1, this.#own[fields.interval]!)
  }
}
