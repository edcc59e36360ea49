import type { NumberStore } from './number-store.ts'

/** A longer period is kept as so many slots of several buckets each, so that a week of seconds takes no more than a day. */
const slotsMax = 288
/** A profile is the mean of about so many seasons of late (guess). */
const seasonsKept = 4
/** Strength (Wang, Smith and Hyndman 2006) and seasons seen from which a period is used; below the second no longer. */
const strengthFrom = 0.3
const strengthUntil = 0.2
const seasonsFrom = 2.5
/** how fast what is above or below the profile just now is followed, and how fast it passes (guesses) */
const deviationWeight = 0.3
const deviationDamping = 0.95

const fields = {
  buckets: 0,
  sum: 1,
  slot: 2,
  slotSum: 3,
  slotCount: 4,
  raw: 5,
  left: 6,
  drift: 7,
  used: 8,
  deviation: 9,
}

/**
 * One period in which a series may repeat itself: what it was a season ago, and its mean profile around the mean of the
 * last season. Its strength is how much better that profile foretold what came than the mean alone: 1 - Var(R)/Var(S+R)
 * out of sample, so that noise has none. 2.3 kB at most.
 */
export class Season {
  readonly period: number
  /** buckets a slot */
  readonly width: number
  readonly #slots: number
  readonly #last: Float32Array
  readonly #profile: Float32Array
  readonly #own: Float64Array

  constructor(period: number, store: NumberStore) {
    this.period = period
    this.width = Math.ceil(period / slotsMax)
    this.#slots = Math.ceil(period / this.width)
    this.#last = store.floats(this.#slots, Number.NaN)
    this.#profile = store.floats(this.#slots, Number.NaN)
    this.#own = store.doubles(10)
    this.#own[fields.slot] = -1
  }

  /** Whether the period has proved itself. */
  get used(): boolean {
    return this.#own[fields.used] === 1
  }

  /** Share of the variance that the season explains, from 0 to 1. */
  get strength(): number {
    const raw = this.#own[fields.raw]!
    return raw > 0 ? Math.max(0, 1 - this.#own[fields.left]! / raw) : 0
  }

  /** What was seen a season before this bucket; NaN where nothing was. */
  before(bucket: number): number {
    return this.#at(this.#last, bucket)
  }

  /** Mean of the last season and the mean profile at this bucket, without what is above or below it just now. */
  usual(bucket: number): number {
    return this.#mean + this.#at(this.#profile, bucket)
  }

  /** The mean profile alone: what to take off to have no season left; 0 where it is not known. */
  offset(bucket: number): number {
    const offset = this.#at(this.#profile, bucket)
    return Number.isNaN(offset) ? 0 : offset
  }

  /** The usual, and of what is above or below it just now as much as lasts so many buckets. */
  expected(bucket: number, ahead: number): number {
    return this.usual(bucket) + deviationDamping ** ahead * this.#own[fields.deviation]!
  }

  learn(bucket: number, value: number): void {
    const own = this.#own
    const usual = this.usual(bucket)
    if (!Number.isNaN(usual)) {
      this.#judge(value - this.#mean, value - usual)
      own[fields.deviation]! += deviationWeight * (value - usual - own[fields.deviation]!)
    }
    const slot = this.#slotOf(bucket)
    if (slot !== own[fields.slot]) this.#close()
    own[fields.slot] = slot
    own[fields.slotSum]! += value
    own[fields.slotCount]!++
    own[fields.buckets]!++
    if (this.width === 1) this.#close()
    this.#decide()
  }

  get #mean(): number {
    return this.#own[fields.sum]! / this.#slots
  }

  get #seasons(): number {
    return this.#own[fields.buckets]! / this.period
  }

  /** `around` the mean of the last season, and what the profile leaves of that. */
  #judge(around: number, left: number): void {
    const own = this.#own
    const weight = 1 / (4 * this.period)
    own[fields.drift]! += weight * (around - own[fields.drift]!)
    own[fields.raw]! += weight * ((around - own[fields.drift]!) ** 2 - own[fields.raw]!)
    own[fields.left]! += weight * (left ** 2 - own[fields.left]!)
  }

  #decide(): void {
    const own = this.#own
    const strong = this.strength > (this.used ? strengthUntil : strengthFrom)
    own[fields.used] = strong && this.#seasons >= seasonsFrom ? 1 : 0
  }

  #close(): void {
    const own = this.#own
    const slot = own[fields.slot]!
    const count = own[fields.slotCount]!
    if (count === 0) return
    const value = own[fields.slotSum]! / count
    own[fields.slotSum] = own[fields.slotCount] = 0
    const old = this.#last[slot]!
    this.#last[slot] = value
    own[fields.sum]! += Number.isNaN(old) ? 0 : this.#last[slot]! - old
    if (slot === this.#slots - 1 || Number.isNaN(own[fields.sum]!) || Number.isNaN(old)) this.#addUp()
    if (this.#seasons < 1) return
    const around = value - this.#mean
    const known = this.#profile[slot]!
    const weight = Math.max(1 / Math.max(1, Math.floor(this.#seasons)), 1 / seasonsKept)
    this.#profile[slot] = Number.isNaN(known) ? around : known + weight * (around - known)
  }

  /** Anew, so that rounding does not add up; slots not seen yet count as the mean of the others. */
  #addUp(): void {
    let sum = 0
    let count = 0
    for (const value of this.#last) {
      if (Number.isNaN(value)) continue
      sum += value
      count++
    }
    this.#own[fields.sum] = count === 0 ? 0 : (sum / count) * this.#slots
  }

  #slotOf(bucket: number): number {
    return Math.floor((bucket % this.period) / this.width)
  }

  /** Between the middles of two slots. */
  #at(values: Float32Array, bucket: number): number {
    if (this.width === 1) return values[bucket % this.period]!
    const place = ((bucket % this.period) + 0.5) / this.width - 0.5
    const low = Math.floor(place)
    const a = values[(low + this.#slots) % this.#slots]!
    const b = values[(low + 1) % this.#slots]!
    if (Number.isNaN(a)) return b
    return Number.isNaN(b) ? a : a + (place - low) * (b - a)
  }
}
