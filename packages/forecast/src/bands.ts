import type { NumberStore } from './number-store.ts'

/** The latest residuals, of which the quantiles are taken. */
const residualsMax = 200
/** How far a miss moves a level (Gibbs and Candes 2021). The band promises coverage whatever comes; the quantile to
 * provision is to cost least, and a level that swings up to the largest residual after each few misses costs much. */
const bandGamma = 0.02
const tauGamma = 0.001
/** The spread is half of the errors of late and half of those over about as many buckets as there are residuals. */
const spreadWeight = 0.05
const longWeight = 1 / residualsMax
/** How spreads grow with the forecast: between not at all and as counts do, whose exponent is 0.5 (guess). */
const spreadExponent = 0.25
/** A level may go so far beyond the possible ones before it waits there. */
const levelBeyond = 0.05
/** In spreads. What comes after a long time without any error would else be felt for as long as residuals are kept. */
const residualMax = 15

const fields = { count: 0, at: 1, spread: 2, low: 3, tau: 4, high: 5, long: 6 }

/** One band around a forecast, as it is kept until its bucket is seen. */
export interface Band {
  low: number
  tau: number
  high: number
}

/**
 * Quantiles around the forecasts for one horizon, by adaptive conformal inference: those of the latest residuals in
 * spreads, each at a level that goes up after a miss and down without one, so that in the long run as many are within as
 * was asked for, whatever the series does. 90 % are between low and high.
 */
export class Bands {
  readonly #tau: number
  readonly #residuals: Float32Array
  readonly #sorted: Float32Array
  readonly #own: Float64Array

  constructor(tau: number, store: NumberStore) {
    this.#tau = tau
    this.#residuals = store.floats(residualsMax)
    this.#sorted = store.floats(residualsMax)
    this.#own = store.doubles(7)
    this.#own[fields.low] = 0.05
    this.#own[fields.tau] = tau
    this.#own[fields.high] = 0.95
  }

  /** What residuals are measured in around such a forecast: more where it is high, as counts do. */
  spreadAt(point: number, usual: number): number {
    const spread = (this.#own[fields.spread]! + this.#own[fields.long]!) / 2
    return Math.max(spread * growth(point, usual), 1e-9 * Math.max(1, usual))
  }

  at(point: number, spread: number, band: Band): void {
    const own = this.#own
    if (own[fields.count] === 0) {
      band.low = 0
      band.tau = band.high = 2 * point
      return
    }
    band.low = Math.max(0, point + spread * this.#quantile(own[fields.low]!))
    band.tau = Math.max(0, point + spread * this.#quantile(own[fields.tau]!))
    band.high = Math.max(band.tau, band.low, point + spread * this.#quantile(own[fields.high]!))
  }

  /** A bucket for which `band` was forecast around `point`. */
  score(value: number, point: number, spread: number, usual: number, band: Band): void {
    const own = this.#own
    this.#move(fields.low, 0.05, value < band.low, bandGamma)
    this.#move(fields.tau, this.#tau, value <= band.tau, tauGamma)
    this.#move(fields.high, 0.95, value <= band.high, bandGamma)
    const error = value - point
    const size = Math.abs(error) / growth(point, usual)
    const evenly = 1 / (own[fields.at]! + 1)
    own[fields.spread]! += Math.max(spreadWeight, evenly) * (size - own[fields.spread]!)
    own[fields.long]! += Math.max(longWeight, evenly) * (size - own[fields.long]!)
    this.#add(Math.max(-residualMax, Math.min(residualMax, error / spread)))
  }

  /** As many as the level's share should be below. */
  #move(level: number, share: number, below: boolean, gamma: number): void {
    const moved = this.#own[level]! + gamma * (share - (below ? 1 : 0))
    this.#own[level] = Math.max(-levelBeyond, Math.min(1 + levelBeyond, moved))
  }

  #quantile(level: number): number {
    const n = this.#own[fields.count]!
    const place = Math.max(0, Math.min(n - 1, level * (n + 1) - 1))
    const low = Math.floor(place)
    const a = this.#sorted[low]!
    return low + 1 < n ? a + (place - low) * (this.#sorted[low + 1]! - a) : a
  }

  #add(value: number): void {
    const own = this.#own
    const sorted = this.#sorted
    let n = own[fields.count]!
    const at = own[fields.at]! % residualsMax
    if (n === residualsMax) {
      const gone = this.#rank(this.#residuals[at]!, n)
      sorted.copyWithin(gone, gone + 1, n)
      n--
    }
    this.#residuals[at] = value
    const rank = this.#rank(this.#residuals[at]!, n)
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

function growth(point: number, usual: number): number {
  return usual > 0 ? ((Math.max(0, point) + 0.1 * usual) / (1.1 * usual)) ** spreadExponent : 1
}
