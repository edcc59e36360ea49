import type { NumberStore } from './number-store.ts'
import { Season } from './season.ts'

/** The periods of a series, of which those that proved strong are used. */
export class Seasons {
  readonly all: readonly Season[]
  /** found anew after each value */
  #strongest: Season | 'none' | undefined

  constructor(periods: readonly number[], store: NumberStore) {
    this.all = periods.map((period) => new Season(period, store))
  }

  learn(bucket: number, value: number): void {
    for (const season of this.all) season.learn(bucket, value)
    this.#strongest = undefined
  }

  /** What the strongest season adds at this bucket; 0 where there is none. */
  offset(bucket: number): number {
    if (this.#strongest === undefined) this.#strongest = this.#find() ?? 'none'
    return this.#strongest === 'none' ? 0 : this.#strongest.offset(bucket)
  }

  /** The value without its strongest season. */
  plain(bucket: number, value: number): number {
    return value - this.offset(bucket)
  }

  #find(): Season | undefined {
    let best: Season | undefined
    for (const season of this.all) {
      if (season.used && season.strength > (best?.strength ?? 0)) best = season
    }
    return best
  }
}
