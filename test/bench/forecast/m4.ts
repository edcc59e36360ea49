import { type ForecastConfig, Forecaster } from '@souk/forecast'
import { naive2, theta } from './classical.ts'

/** M4 Hourly asks for the next 48 hours; the seasonal period of its measures is a day. */
export const m4Ahead = 48
const m4Season = 24
const week = 168

/** Scored within the 48, none of them whole days: there even the last value looks seasonal. */
const config: ForecastConfig = {
  horizons: [1, 3, 7, 13, 20, 30, 42],
  periods: [m4Season, week],
  dayBuckets: m4Season,
  tau: 0.9,
  lossHalfLife: 100,
  accuracyHalfLife: Number.POSITIVE_INFINITY,
}

/** sMAPE in percent and MASE (scale: seasonal naive within what was known), as the competition defines them. */
export interface M4Error {
  smape: number
  mase: number
}

export interface M4Score {
  ours: M4Error
  naive: M4Error
  naive2: M4Error
  seasonal_naive: M4Error
  theta: M4Error
  /** forecasts within the 90 % band, of 48 */
  covered: number
}

/** The last 48 values are held out; undefined where what is left is less than two seasons or repeats exactly. */
export function scoreHourly(values: readonly number[]): M4Score | undefined {
  const known = values.slice(0, -m4Ahead)
  const held = values.slice(-m4Ahead)
  const scale = mean(known.slice(m4Season).map((value, i) => Math.abs(value - known[i]!)))
  if (known.length < 2 * m4Season || !(scale > 0)) return undefined
  const forecaster = new Forecaster(config)
  known.forEach((value, bucket) => {
    forecaster.step(bucket, value)
  })
  const ahead = held.map((_, i) => forecaster.forecast(i + 1)!)
  const errorOf = (points: readonly number[]): M4Error => ({
    smape: mean(
      held.map((value, i) => (200 * Math.abs(value - points[i]!)) / (Math.abs(value) + Math.abs(points[i]!) || 1)),
    ),
    mase: mean(held.map((value, i) => Math.abs(value - points[i]!))) / scale,
  })
  return {
    ours: errorOf(ahead.map(({ point }) => point)),
    naive: errorOf(held.map(() => known.at(-1)!)),
    naive2: errorOf(naive2(known, m4Season, m4Ahead)),
    theta: errorOf(theta(known, m4Season, m4Ahead)),
    seasonal_naive: errorOf(held.map((_, i) => known[known.length - m4Season + (i % m4Season)]!)),
    covered: held.filter((value, i) => value >= ahead[i]!.low && value <= ahead[i]!.high).length,
  }
}

export function meanError(errors: readonly M4Error[]): M4Error {
  return { smape: mean(errors.map(({ smape }) => smape)), mase: mean(errors.map(({ mase }) => mase)) }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
