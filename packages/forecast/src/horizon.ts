import { Accuracy } from './accuracy.ts'
import { type Band, Bands } from './bands.ts'
import type { Candidate } from './candidate.ts'
import { Combination } from './combination.ts'
import type { ForecastConfig } from './config.ts'
import type { NumberStore } from './number-store.ts'
import { Pending } from './pending.ts'

/** behind the candidates' points in a row: the combination, what was forecast, its spread, and the band */
const extra = 6

/** The forecasts for one horizon: what the candidates say, how they are weighed, the band around it, and how good it was. */
export class Horizon {
  readonly ahead: number
  readonly combination: Combination
  readonly accuracy: Accuracy
  readonly #candidates: readonly Candidate[]
  readonly #bands: Bands
  readonly #pending: Pending
  readonly #band: Band = { low: 0, tau: 0, high: 0 }

  constructor(ahead: number, candidates: readonly Candidate[], config: ForecastConfig, store: NumberStore) {
    this.ahead = ahead
    this.#candidates = candidates
    this.combination = new Combination(candidates.length, config.lossHalfLife, store)
    this.accuracy = new Accuracy(ahead, config.tau, config.accuracyHalfLife, store)
    this.#bands = new Bands(config.tau, store)
    this.#pending = new Pending(ahead, candidates.length + extra, store)
  }

  /** What was forecast for a bucket, before any outlier in what was seen; NaN: nothing. */
  forecastOf(bucket: number): number {
    const row = this.#pending.find(bucket)
    return row === undefined ? Number.NaN : this.#pending.rows[row + this.#candidates.length + 1]!
  }

  /** The bucket was seen; `limited` is its value as it is learned. */
  score(bucket: number, value: number, limited: number, usual: number): void {
    const row = this.#pending.find(bucket)
    if (row === undefined) return
    const rows = this.#pending.rows
    const at = row + this.#candidates.length
    const [point, spread] = [rows[at + 1]!, rows[at + 2]!]
    const band = this.#band
    band.low = rows[at + 3]!
    band.tau = rows[at + 4]!
    band.high = rows[at + 5]!
    this.accuracy.score(value, point, rows[row]!, band.tau, value >= band.low && value <= band.high)
    this.combination.score(rows, row, rows[at]!, limited)
    this.#bands.score(limited, point, spread, usual, band)
  }

  /** Forecasts anew, as of the latest bucket, and keeps it until its bucket is seen. */
  forecast(latest: number, usual: number): void {
    const row = this.#pending.open(latest + this.ahead)
    const rows = this.#pending.rows
    const count = this.#candidates.length
    for (let i = 0; i < count; i++) rows[row + i] = Math.max(0, this.#candidates[i]!.point(latest, this.ahead))
    const at = row + count
    rows[at] = this.combination.combine(rows, row)
    rows[at + 1] = this.combination.fallenBack ? rows[row]! : rows[at]!
    rows[at + 2] = this.#bands.spreadAt(rows[at + 1]!, usual)
    this.#bands.at(rows[at + 1]!, rows[at + 2]!, usual, this.#band)
    rows[at + 3] = this.#band.low
    rows[at + 4] = this.#band.tau
    rows[at + 5] = this.#band.high
  }

  /** The forecast for `ahead` buckets, with the weights and residuals of this horizon. */
  pointAt(latest: number, ahead: number, points: Float64Array): number {
    for (let i = 0; i < this.#candidates.length; i++) points[i] = Math.max(0, this.#candidates[i]!.point(latest, ahead))
    return this.combination.fallenBack ? points[0]! : this.combination.combine(points, 0)
  }

  bandAround(point: number, usual: number): Band {
    const band: Band = { low: 0, tau: 0, high: 0 }
    this.#bands.at(point, this.#bands.spreadAt(point, usual), usual, band)
    return band
  }
}
