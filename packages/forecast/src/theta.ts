import type { Candidate } from './candidate.ts'
import type { NumberStore } from './number-store.ts'
import type { Seasons } from './seasons.ts'

const weights = [0.1, 0.2, 0.4, 0.8]
/** how long an error counts when the weight is chosen, and a value when the trend is (guesses) */
const errorWeight = 0.02
const memory = 0.99

const fields = { count: 0, x: 1, xx: 2, y: 3, xy: 4 }

/**
 * Theta (Assimakopoulos and Nikolopoulos 2000) as simple exponential smoothing with half of the linear trend as drift
 * (Hyndman and Billah 2003), of the series without its strongest season. The smoothing weight is that of four which did
 * best of late; the trend is a line through the past that fades by 1 % a bucket.
 */
export class Theta implements Candidate {
  readonly name = 'theta'
  readonly #seasons: Seasons
  readonly #levels: Float64Array
  readonly #errors: Float64Array
  /** sums for the line: x is 0 now and falls into the past */
  readonly #line: Float64Array

  constructor(store: NumberStore, seasons: Seasons) {
    this.#seasons = seasons
    this.#levels = store.doubles(weights.length, Number.NaN)
    this.#errors = store.doubles(weights.length)
    this.#line = store.doubles(5)
  }

  learn(bucket: number, value: number): void {
    const plain = this.#seasons.plain(bucket, value)
    for (let i = 0; i < weights.length; i++) {
      const level = this.#levels[i]!
      const error = Number.isNaN(level) ? 0 : plain - level
      this.#errors[i]! += errorWeight * (error * error - this.#errors[i]!)
      this.#levels[i] = Number.isNaN(level) ? plain : level + weights[i]! * error
    }
    this.#age()
    this.#line[fields.count]!++
    this.#line[fields.y]! += plain
  }

  miss(): void {
    this.#age()
  }

  shift(bucket: number, level: number): void {
    const plain = this.#seasons.plain(bucket, level)
    this.#levels.fill(plain)
    this.#line.fill(0)
    this.#line[fields.count] = 1
    this.#line[fields.y] = plain
  }

  point(bucket: number, ahead: number): number {
    let best = 0
    for (let i = 1; i < weights.length; i++) if (this.#errors[i]! < this.#errors[best]!) best = i
    const drift = (this.#slope / 2) * (ahead - 1 + 1 / weights[best]!)
    return this.#levels[best]! + drift + this.#seasons.offset(bucket + ahead)
  }

  get #slope(): number {
    const { n, x, xx, y, xy } = this.#sums
    const spread = n * xx - x * x
    return n > 3 && spread > 0 ? (n * xy - x * y) / spread : 0
  }

  get #sums() {
    const line = this.#line
    return { n: line[0]!, x: line[1]!, xx: line[2]!, y: line[3]!, xy: line[4]! }
  }

  /** One bucket further into the past, and a little fainter. */
  #age(): void {
    const line = this.#line
    const { n, x, xx, y, xy } = this.#sums
    line[fields.xx] = memory * (xx - 2 * x + n)
    line[fields.x] = memory * (x - n)
    line[fields.xy] = memory * (xy - y)
    line[fields.count] = memory * n
    line[fields.y] = memory * y
  }
}
