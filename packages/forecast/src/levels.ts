import type { Candidate } from './candidate.ts'
import type { NumberStore } from './number-store.ts'
import type { Seasons } from './seasons.ts'

/** The value seen last: what all others must beat. */
export class LastValue implements Candidate {
  readonly name = 'last value'
  readonly #own: Float64Array

  constructor(store: NumberStore) {
    this.#own = store.doubles(1, Number.NaN)
  }

  learn(_bucket: number, value: number): void {
    this.#own[0] = value
  }

  miss(): void {}

  shift(): void {}

  point(): number {
    return this.#own[0]!
  }
}

/** Exponentially weighted mean (Brown 1956). */
export class Ewma implements Candidate {
  readonly name = 'ewma'
  readonly #own: Float64Array
  readonly #weight: number

  constructor(store: NumberStore, weight = 0.3) {
    this.#own = store.doubles(1, Number.NaN)
    this.#weight = weight
  }

  learn(_bucket: number, value: number): void {
    const level = this.#own[0]!
    this.#own[0] = Number.isNaN(level) ? value : level + this.#weight * (value - level)
  }

  miss(): void {}

  shift(_bucket: number, level: number): void {
    this.#own[0] = level
  }

  point(): number {
    return this.#own[0]!
  }
}

/** Damped trend (Gardner and McKenzie 1985) of the series without its strongest season, which is then put back. */
export class DampedHolt implements Candidate {
  readonly name = 'damped holt'
  readonly #own: Float64Array
  readonly #seasons: Seasons
  readonly #levelWeight = 0.3
  readonly #trendWeight = 0.05
  readonly #damping = 0.9

  constructor(store: NumberStore, seasons: Seasons) {
    this.#own = store.doubles(2, Number.NaN)
    this.#seasons = seasons
  }

  learn(bucket: number, value: number): void {
    const plain = this.#seasons.plain(bucket, value)
    const level = this.#own[0]!
    const trend = this.#own[1]!
    if (Number.isNaN(level)) {
      this.#own[0] = plain
      this.#own[1] = 0
      return
    }
    const expected = level + this.#damping * trend
    this.#own[0] = expected + this.#levelWeight * (plain - expected)
    this.#own[1] = this.#damping * trend + this.#trendWeight * (plain - expected)
  }

  miss(): void {}

  shift(bucket: number, level: number): void {
    this.#own[0] = this.#seasons.plain(bucket, level)
    this.#own[1] = 0
  }

  point(bucket: number, ahead: number): number {
    const sum = (this.#damping * (1 - this.#damping ** ahead)) / (1 - this.#damping)
    return this.#own[0]! + sum * this.#own[1]! + this.#seasons.offset(bucket + ahead)
  }
}
