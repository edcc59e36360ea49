import type { NumberStore } from './number-store.ts'

/** How good the forecasts of one series were for one horizon. Shares and ratios; undefined while there is no base. */
export interface AccuracyReport {
  horizon: number
  /** forecasts scored, the old ones by what they still count */
  count: number
  /** 1 - WAPE: one minus the sum of absolute errors over the sum of what was seen */
  accuracy: number | undefined
  /** What no forecaster of counts can exceed: 1 - 0.80 sqrt(F / mean), F = variance of differences / 2 mean. */
  floor: number | undefined
  /** accuracy over floor; for counts, and for the horizon of one bucket */
  floorShare: number | undefined
  /** mean absolute error over that of the last value one bucket ahead */
  mase: number | undefined
  /** mean absolute error over that of the last value as far ahead */
  overLastValue: number | undefined
  /** mean pinball loss of the quantile to provision, in the unit of the series */
  pinball: number | undefined
  /** share of what was seen within the 90 % band, from 0 to 1 */
  coverage: number | undefined
}

const fields = {
  ...{ count: 0, value: 1, error: 2, lastError: 3, pinball: 4, covered: 5 },
  ...{ steps: 6, step: 7, stepSquare: 8, stepSum: 9, mean: 10 },
}

/** Sums that fade; those of the steps from bucket to bucket are the base of MASE and of the floor. */
export class Accuracy {
  readonly #horizon: number
  readonly #tau: number
  readonly #keep: number
  readonly #own: Float64Array

  constructor(horizon: number, tau: number, halfLife: number, store: NumberStore) {
    this.#horizon = horizon
    this.#tau = tau
    this.#keep = 0.5 ** (1 / halfLife)
    this.#own = store.doubles(11)
  }

  /** A bucket that was seen after one that was seen too. */
  step(value: number, before: number): void {
    const own = this.#own
    for (const field of [fields.steps, fields.step, fields.stepSquare, fields.stepSum, fields.mean])
      own[field]! *= this.#keep
    own[fields.steps]! += 1
    own[fields.step]! += Math.abs(value - before)
    own[fields.stepSquare]! += (value - before) ** 2
    own[fields.stepSum]! += value - before
    own[fields.mean]! += value
  }

  score(value: number, point: number, last: number, quantile: number, covered: boolean): void {
    const own = this.#own
    for (let field = fields.count; field <= fields.covered; field++) own[field]! *= this.#keep
    own[fields.count]! += 1
    own[fields.value]! += value
    own[fields.error]! += Math.abs(value - point)
    own[fields.lastError]! += Math.abs(value - last)
    own[fields.pinball]! += pinball(value, quantile, this.#tau)
    own[fields.covered]! += covered ? 1 : 0
  }

  report(): AccuracyReport {
    const own = this.#own
    const count = own[fields.count]!
    const over = (sum: number, base: number): number | undefined => (count > 0 && base > 0 ? sum / base : undefined)
    const wape = over(own[fields.error]!, own[fields.value]!)
    const accuracy = wape === undefined ? undefined : 1 - wape
    const floor = this.#floor()
    return {
      horizon: this.#horizon,
      count,
      accuracy,
      floor,
      floorShare: accuracy === undefined || floor === undefined || floor <= 0 ? undefined : accuracy / floor,
      mase: over(own[fields.error]! / count, own[fields.step]! / own[fields.steps]!),
      overLastValue: over(own[fields.error]!, own[fields.lastError]!),
      pinball: over(own[fields.pinball]!, count),
      coverage: over(own[fields.covered]!, count),
    }
  }

  #floor(): number | undefined {
    const own = this.#own
    const steps = own[fields.steps]!
    if (steps < 2 || own[fields.mean]! <= 0) return undefined
    const mean = own[fields.mean]! / steps
    const variance = own[fields.stepSquare]! / steps - (own[fields.stepSum]! / steps) ** 2
    return noiseFloor(mean, Math.max(0, variance))
  }
}

/** What a forecaster of counts with this mean can reach at best, from the variance of their differences. */
export function noiseFloor(mean: number, differencesVariance: number): number {
  const fano = differencesVariance / (2 * mean)
  return 1 - 0.8 * Math.sqrt(fano / mean)
}

/** The loss of a quantile: a miss costs tau, an excess 1 - tau a unit. */
export function pinball(value: number, quantile: number, tau: number): number {
  return value > quantile ? tau * (value - quantile) : (1 - tau) * (quantile - value)
}
