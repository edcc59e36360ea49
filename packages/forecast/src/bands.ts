import type { NumberStore } from './number-store.ts'
import { Provision } from './provision.ts'
import { SortedWindow } from './sorted-window.ts'

/** The latest residuals, of which the quantiles are taken. */
const residualsMax = 200
/** How far a miss moves a level (Gibbs and Candes 2021). */
const gamma = 0.02
/** The spread is half of the errors of late and half of those over about as many buckets as there are residuals. */
const spreadWeight = 0.05
const longWeight = 1 / residualsMax
/** How spreads grow with the forecast: between not at all and as counts do, whose exponent is 0.5 (guess). */
const spreadExponent = 0.25
/** A level may go so far beyond the possible ones before it waits there; each 0.05 doubles the largest residual (guess). */
const levelBeyond = 0.2
const beyondGrowth = 20
/** A lower end of so little of the usual level is 0: what decays towards it is never there. */
const lowMin = 1e-3
/** With fewer residuals none of them is one in twenty: the forecast itself is within the band, whatever those few were. */
const residualsMin = 19
/** In spreads. What comes after a long time without any error would else be felt for as long as residuals are kept. */
const residualMax = 15

const fields = { seen: 0, spread: 1, long: 2, low: 3, high: 4 }

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
  readonly #residuals: SortedWindow
  readonly #errors: SortedWindow
  readonly #provision: Provision
  readonly #own: Float64Array

  constructor(tau: number, store: NumberStore) {
    this.#residuals = new SortedWindow(residualsMax, store)
    this.#errors = new SortedWindow(residualsMax, store)
    this.#provision = new Provision(tau, this.#residuals, this.#errors, store)
    this.#own = store.doubles(5)
    this.#own[fields.low] = 0.05
    this.#own[fields.high] = 0.95
  }

  /** What residuals are measured in around such a forecast: more where it is high, as counts do. */
  spreadAt(point: number, usual: number): number {
    const spread = (this.#own[fields.spread]! + this.#own[fields.long]!) / 2
    return Math.max(spread * growth(point, usual), 1e-9 * Math.max(1, usual))
  }

  at(point: number, spread: number, usual: number, band: Band): void {
    const own = this.#own
    if (this.#residuals.count === 0) {
      band.low = 0
      band.tau = band.high = 2 * point
      return
    }
    const low = point + spread * this.#end(own[fields.low]!)
    const high = point + spread * this.#end(own[fields.high]!)
    const few = this.#residuals.count < residualsMin
    band.low = low < lowMin * usual ? 0 : few ? Math.min(low, point) : low
    band.tau = this.#provision.at(point, spread)
    band.high = Math.max(band.tau, band.low, high, few ? point : 0)
  }

  /** A bucket for which `band` was forecast around `point`. */
  score(value: number, point: number, spread: number, usual: number, band: Band): void {
    const own = this.#own
    this.#move(fields.low, 0.05, value < band.low)
    this.#move(fields.high, 0.95, value <= band.high)
    if (this.#residuals.count > 0) this.#provision.score(value, point, spread, band.tau)
    const error = value - point
    const size = Math.abs(error) / growth(point, usual)
    const evenly = 1 / ++own[fields.seen]!
    own[fields.spread]! += Math.max(spreadWeight, evenly) * (size - own[fields.spread]!)
    own[fields.long]! += Math.max(longWeight, evenly) * (size - own[fields.long]!)
    this.#residuals.add(Math.max(-residualMax, Math.min(residualMax, error / spread)))
    this.#errors.add(error)
  }

  /** The residual at one end of the band; beyond the largest where even that was missed too often. */
  #end(level: number): number {
    return this.#residuals.quantile(level) * (1 + beyondGrowth * Math.max(0, level - 1, -level))
  }

  /** As many as the level's share should be below. */
  #move(level: number, share: number, below: boolean): void {
    const moved = this.#own[level]! + gamma * (share - (below ? 1 : 0))
    this.#own[level] = Math.max(-levelBeyond, Math.min(1 + levelBeyond, moved))
  }
}

function growth(point: number, usual: number): number {
  return usual > 0 ? ((Math.max(0, point) + 0.1 * usual) / (1.1 * usual)) ** spreadExponent : 1
}
