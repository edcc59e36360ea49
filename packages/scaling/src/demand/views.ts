import type { Millis } from '@souk/kernel'

/** What is forecast of one class for one bucket ahead. */
export interface SeriesForecast {
  /** in buckets */
  ahead: number
  point: number
  /** 90 % of the time it is between these */
  low: number
  high: number
  /** what to provision */
  quantile: number
  by: string
}

/** How good the forecasts of one series were, so many buckets ahead; undefined while there is nothing to compare. */
export interface SeriesAccuracy {
  horizon: number
  count: number
  accuracy: number | undefined
  floor: number | undefined
  mase: number | undefined
  overLastValue: number | undefined
  pinball: number | undefined
  coverage: number | undefined
}

/** Forecasts one series; no value makes it throw. */
export interface SeriesForecaster {
  step(bucket: number, value: number | undefined): unknown
  forecast(ahead: number): SeriesForecast | undefined
  accuracy(): readonly SeriesAccuracy[]
  /** plain data */
  save(): unknown
}

/** The peer whose demand is counted. */
export interface DemandView {
  /** so many runs at once, at most: more workers are never of use */
  slots(): number
  /** tasks that wait with it for a place, by class */
  waiting(): ReadonlyMap<string, number>
  /** how long a run of this class takes; undefined: it has not heard yet */
  runMs(name: string): Millis | undefined
}

/** Where forecasters come from. `tau`: how often their quantile should be enough. */
export interface ForecastersView {
  make(tau: number): SeriesForecaster
  /** undefined where what was saved is of another form */
  restored(tau: number, saved: unknown): SeriesForecaster | undefined
}
