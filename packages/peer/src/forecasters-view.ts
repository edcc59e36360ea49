import { Forecaster, forecastConfigFor } from '@souk/forecast'
import type { Millis } from '@souk/kernel'
import type { ForecastersView } from '@souk/scaling'

/** Forecasts as scaling needs them, for series in buckets of so long. */
export function forecastersView(bucketMs: Millis): ForecastersView {
  const config = forecastConfigFor(bucketMs)
  return {
    make: (tau) => new Forecaster({ ...config, tau }),
    restored: (tau, saved) => Forecaster.restored({ ...config, tau }, saved),
  }
}
