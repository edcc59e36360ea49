import type { NumberStore } from './number-store.ts'

/** Forecasts for one horizon that wait for their bucket: a row of numbers each, one for every bucket until then. */
export class Pending {
  readonly horizon: number
  readonly width: number
  readonly rows: Float32Array
  readonly #targets: Float64Array

  constructor(horizon: number, width: number, store: NumberStore) {
    this.horizon = horizon
    this.width = width
    this.rows = store.floats(horizon * width)
    this.#targets = store.doubles(horizon, -1)
  }

  /** Where the row for this bucket starts, or undefined: nothing was forecast for it. */
  find(bucket: number): number | undefined {
    const row = bucket % this.horizon
    return this.#targets[row] === bucket ? row * this.width : undefined
  }

  /** Where to write the row for this bucket, in place of the one a horizon before. */
  open(bucket: number): number {
    const row = bucket % this.horizon
    this.#targets[row] = bucket
    return row * this.width
  }
}
