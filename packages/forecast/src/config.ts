import { invariant, type Millis } from '@souk/kernel'

/** How one series is forecast. Guesses are marked; none is fitted to a data set. */
export interface ForecastConfig {
  /** buckets ahead for which forecasts are scored and weighed; rising, at most `horizonsMax` of at most `aheadMax` */
  horizons: readonly number[]
  /** periods, in buckets, in which the series may repeat itself; each is used only while it proves strong */
  periods: readonly number[]
  /** buckets in a day, for the daily wave; 0: none */
  dayBuckets: number
  /** chance, from 0 to 1, that demand stays within the quantile to provision: Cu / (Cu + Co) of the newsvendor */
  tau: number
  /** buckets in which the loss of a candidate comes to count half (guess) */
  lossHalfLife: number
  /** buckets in which what accuracy is reported of comes to count half; Infinity: all counts */
  accuracyHalfLife: number
}

export const horizonsMax = 8
export const aheadMax = 288
export const periodsMax = 3
/** Longer than a week of seconds. */
export const periodBucketsMax = 1_000_000

const hourMs = 3_600_000

/** For a series in buckets of so many milliseconds: hour, day and week where they are of 4 to a million buckets. */
export function forecastConfigFor(bucketMs: Millis): ForecastConfig {
  const periods = [hourMs, 24 * hourMs, 168 * hourMs].map((ms) => Math.round(ms / bucketMs))
  return {
    horizons: [1, 3, 6, 12],
    periods: periods.filter((buckets) => buckets >= 4 && buckets <= periodBucketsMax),
    dayBuckets: (24 * hourMs) / bucketMs >= 4 ? (24 * hourMs) / bucketMs : 0,
    tau: 0.9,
    lossHalfLife: 100,
    accuracyHalfLife: 2_000,
  }
}

/** A config comes from this program, never from elsewhere: a bad one is a bug. */
export function checkForecastConfig({ horizons, periods, tau }: ForecastConfig): void {
  const rising = horizons.every((h, i) => Number.isInteger(h) && h > (horizons[i - 1] ?? 0) && h <= aheadMax)
  invariant(
    horizons.length > 0 && horizons.length <= horizonsMax && rising,
    `horizons ${horizons}: 1 to ${horizonsMax} rising whole numbers up to ${aheadMax}`,
  )
  const whole = periods.every((p) => Number.isInteger(p) && p > 1 && p <= periodBucketsMax)
  invariant(
    periods.length <= periodsMax && whole,
    `periods ${periods}: at most ${periodsMax} whole numbers from 2 to ${periodBucketsMax}`,
  )
  invariant(tau > 0 && tau < 1, `tau ${tau}: between 0 and 1`)
}
