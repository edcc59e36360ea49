import type { NumberStore } from './number-store.ts'

/** In mean errors: what is let pass each time, how much must add up (guesses), and as how much a single error counts. */
const allowance = 1
const threshold = 12
const errorMax = 4
const recent = 4

const fields = { up: 0, down: 1, at: 2 }

/** Tells that the level of a series changed for good: errors of one sign add up (CUSUM, Page 1954). */
export class LevelShift {
  readonly #sums: Float64Array
  readonly #recent: Float64Array

  constructor(store: NumberStore) {
    this.#sums = store.doubles(3)
    this.#recent = store.doubles(recent)
  }

  /** The new level when there is one, else undefined. */
  see(value: number, expected: number, usualError: number): number | undefined {
    const sums = this.#sums
    this.#recent[sums[fields.at]! % recent] = value
    sums[fields.at]!++
    if (Number.isNaN(expected) || usualError <= 0) return undefined
    const error = Math.max(-errorMax, Math.min(errorMax, (value - expected) / usualError))
    sums[fields.up] = Math.max(0, sums[fields.up]! + error - allowance)
    sums[fields.down] = Math.max(0, sums[fields.down]! - error - allowance)
    if (sums[fields.up]! < threshold && sums[fields.down]! < threshold) return undefined
    sums[fields.up] = sums[fields.down] = 0
    let sum = 0
    for (let i = 0; i < recent; i++) sum += this.#recent[i]!
    return sum / recent
  }
}
