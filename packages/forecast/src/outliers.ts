import type { NumberStore } from './number-store.ts'

/** A value further off than so many mean errors is an outlier (guess). */
const limitErrors = 12
/** each further one on the same side may be so much further off: a new level is believed within a few buckets */
const widening = 10
const looseness = 8
const errorWeight = 0.02
/** fewer values have no usual error yet */
const valuesFrom = 20

const fields = { seen: 0, error: 1, side: 2, limit: 3 }

/** How far a single value may move what is learned. A spike of a billion moves it as far as the largest usual error. */
export class Outliers {
  readonly #own: Float64Array

  constructor(store: NumberStore) {
    this.#own = store.doubles(4)
    this.#own[fields.limit] = limitErrors
  }

  /** The value as it is learned, given what was expected of it. */
  limit(value: number, expected: number): number {
    const own = this.#own
    if (Number.isNaN(expected)) return value
    const error = value - expected
    const most = own[fields.seen]! < valuesFrom ? Number.POSITIVE_INFINITY : own[fields.limit]! * own[fields.error]!
    const limited = Math.abs(error) <= most ? error : Math.sign(error) * most
    // Where nothing ever differed there is no usual error: then the second value of a new kind is believed.
    const again = limited !== error && own[fields.side] === Math.sign(error)
    const kept = again && most === 0 ? error : limited
    own[fields.limit] = limited === error ? limitErrors : own[fields.limit]! * widening
    own[fields.side] = limited === error ? 0 : Math.sign(error)
    own[fields.seen]!++
    own[fields.error]! += Math.max(errorWeight, 1 / own[fields.seen]!) * (Math.abs(kept) - own[fields.error]!)
    return expected + kept
  }

  /** The same, but less: for the last value, which is forgotten with the next, and else would be no naive forecast. */
  limitLoosely(value: number, expected: number, limited: number): number {
    if (limited === value) return value
    const most = looseness * Math.abs(limited - expected)
    return expected + Math.max(-most, Math.min(most, value - expected))
  }

  /** Mean absolute error of the forecast of the next bucket, of late. */
  get usualError(): number {
    return this.#own[fields.error]!
  }
}
