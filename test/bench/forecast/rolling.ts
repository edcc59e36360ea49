import { Forecaster, forecastConfigFor, noiseFloor, pinball } from '@souk/forecast'
import { SeasonalNaive } from './seasonal-naive.ts'
import type { Series } from './series.ts'

/** The forecasts of one series for one horizon, made at each bucket from what was known then. */
export interface HorizonScore {
  ahead: number
  scored: number
  covered: number
  /** 1 - WAPE of ours, the last value and seasonal naive */
  accuracy: number
  accuracy_last: number
  accuracy_snaive: number
  /** mean absolute error over that of the last value as far ahead */
  mae_over_last: number
  /** mean pinball loss of the 90 % quantile */
  pinball: number
  pinball_snaive: number
  /** where seasonal naive itself is taken for the quantile */
  pinball_snaive_bare: number
}

export interface RollingScore {
  name: string
  counts: boolean
  buckets: number
  bucket_s: number
  /** of the baseline, in buckets; absent: no day or hour was seen twice and a half */
  season?: number
  /** mean of a bucket, and what of counts can be forecast one bucket ahead at best */
  mean: number
  floor: number
  horizons: HorizonScore[]
}

const tau = 0.9
const dayMs = 86_400_000
/** nothing is scored before so many buckets, nor before two and a half seasons of the baseline */
const warmUpMin = 100
const seasonsMin = 2.5

/** Every bucket is forecast from all before it; nothing is fitted beforehand. */
export function roll(series: Series): RollingScore {
  const config = forecastConfigFor(series.bucketMs)
  const forecaster = new Forecaster({ ...config, tau })
  const season = seasonOf(series)
  const naive = new SeasonalNaive(season ?? 1)
  const from = Math.max(warmUpMin, Math.ceil(seasonsMin * (season ?? 0)))
  const horizons = config.horizons.map((ahead) => new Scored(ahead, from))
  const moments = new Moments()
  series.values.forEach((value, bucket) => {
    for (const horizon of horizons) horizon.see(bucket, value, naive)
    if (bucket >= from) moments.see(value)
    forecaster.step(bucket, value)
    naive.step(value)
    for (const horizon of horizons) horizon.forecast(bucket, forecaster, naive, value)
  })
  return {
    name: series.name,
    counts: series.counts,
    buckets: series.values.length,
    bucket_s: series.bucketMs / 1000,
    ...(season === undefined ? {} : { season }),
    mean: moments.mean,
    floor: noiseFloor(moments.mean, moments.differencesVariance),
    horizons: horizons.map((horizon) => horizon.result()),
  }
}

/** A day where the series has at least two and a half of them, else an hour. */
function seasonOf({ values, bucketMs }: Series): number | undefined {
  return [dayMs, dayMs / 24]
    .map((ms) => Math.round(ms / bucketMs))
    .find((period) => period >= 4 && values.length >= (seasonsMin + 0.5) * period)
}

interface Made {
  point: number
  low: number
  high: number
  quantile: number
  last: number
  naive: number
  naiveQuantile: number
}

class Scored {
  readonly #ahead: number
  readonly #from: number
  readonly #made = new Map<number, Made>()
  readonly #sums = {
    scored: 0,
    covered: 0,
    value: 0,
    error: 0,
    last: 0,
    naive: 0,
    pinball: 0,
    naivePinball: 0,
    bare: 0,
  }
  #lastValue = Number.NaN

  constructor(ahead: number, from: number) {
    this.#ahead = ahead
    this.#from = from
  }

  forecast(bucket: number, forecaster: Forecaster, naive: SeasonalNaive, value: number | undefined): void {
    this.#lastValue = value ?? this.#lastValue
    const made = forecaster.forecast(this.#ahead)
    if (made === undefined) return
    const { point, low, high, quantile } = made
    const naiveQuantile = bucket + this.#ahead >= this.#from ? naive.quantile(this.#ahead, tau) : Number.NaN
    const naivePoint = naive.point(this.#ahead)
    this.#made.set(bucket + this.#ahead, {
      point,
      low,
      high,
      quantile,
      last: this.#lastValue,
      naive: naivePoint,
      naiveQuantile,
    })
  }

  see(bucket: number, value: number | undefined, naive: SeasonalNaive): void {
    const made = this.#made.get(bucket)
    this.#made.delete(bucket)
    if (made === undefined || value === undefined) return
    naive.score(this.#ahead, value - made.naive)
    if (bucket < this.#from) return
    const sums = this.#sums
    sums.scored++
    if (value >= made.low && value <= made.high) sums.covered++
    sums.value += value
    sums.error += Math.abs(value - made.point)
    sums.last += Math.abs(value - made.last)
    sums.naive += Math.abs(value - made.naive)
    sums.pinball += pinball(value, made.quantile, tau)
    sums.naivePinball += pinball(value, made.naiveQuantile, tau)
    sums.bare += pinball(value, made.naive, tau)
  }

  result(): HorizonScore {
    const sums = this.#sums
    return {
      ahead: this.#ahead,
      scored: sums.scored,
      covered: sums.covered,
      accuracy: 1 - sums.error / sums.value,
      accuracy_last: 1 - sums.last / sums.value,
      accuracy_snaive: 1 - sums.naive / sums.value,
      mae_over_last: sums.error / sums.last,
      pinball: sums.pinball / sums.scored,
      pinball_snaive: sums.naivePinball / sums.scored,
      pinball_snaive_bare: sums.bare / sums.scored,
    }
  }
}

/** Mean of the values and variance of the differences between neighbours. */
class Moments {
  readonly #sums = { count: 0, value: 0, steps: 0, step: 0, square: 0 }
  #before: number | undefined

  see(value: number | undefined): void {
    const sums = this.#sums
    if (value !== undefined) {
      sums.count++
      sums.value += value
    }
    if (value !== undefined && this.#before !== undefined) {
      sums.steps++
      sums.step += value - this.#before
      sums.square += (value - this.#before) ** 2
    }
    this.#before = value
  }

  get mean(): number {
    return this.#sums.value / this.#sums.count
  }

  get differencesVariance(): number {
    const { steps, step, square } = this.#sums
    return square / steps - (step / steps) ** 2
  }
}
