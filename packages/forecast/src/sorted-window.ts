import type { NumberStore } from './number-store.ts'

const fields = { count: 0, at: 1 }

/** The latest so many values in order of their size. Cost of an addition: two binary searches and two moves. */
export class SortedWindow {
  readonly #latest: Float32Array
  readonly #sorted: Float32Array
  readonly #own: Float64Array

  constructor(valuesMax: number, store: NumberStore) {
    this.#latest = store.floats(valuesMax)
    this.#sorted = store.floats(valuesMax)
    this.#own = store.doubles(2)
  }

  get count(): number {
    return this.#own[fields.count]!
  }

  /** The value below which that share of them is; NaN of none. A level beyond the possible ones: the least or largest. */
  quantile(level: number): number {
    const n = this.count
    const place = Math.max(0, Math.min(n - 1, level * (n + 1) - 1))
    const low = Math.floor(place)
    const a = this.#sorted[low]!
    if (n === 0) return Number.NaN
    return low + 1 < n ? a + (place - low) * (this.#sorted[low + 1]! - a) : a
  }

  add(value: number): void {
    const own = this.#own
    const sorted = this.#sorted
    const valuesMax = this.#latest.length
    const at = own[fields.at]! % valuesMax
    let n = this.count
    if (n === valuesMax) {
      const gone = this.#rank(this.#latest[at]!, n)
      sorted.copyWithin(gone, gone + 1, n)
      n--
    }
    this.#latest[at] = value
    const rank = this.#rank(this.#latest[at]!, n)
    sorted.copyWithin(rank + 1, rank, n)
    sorted[rank] = value
    own[fields.count] = n + 1
    own[fields.at] = at + 1
  }

  /** How many of the first n are less. */
  #rank(value: number, n: number): number {
    let [low, high] = [0, n]
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.#sorted[middle]! < value) low = middle + 1
      else high = middle
    }
    return low
  }
}
