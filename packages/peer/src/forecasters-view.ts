import { Forecaster, forecastConfigFor } from '@souk/forecast'
import type { Millis } from '@souk/kernel'
import type { ForecastersView } from '@souk/scaling'

/** Makes forecasters for scaling, for series in buckets of this length. */
export function forecastersView(bucketMs: Millis): ForecastersView {
  const config = forecastConfigFor(bucketMs)
  return {
    make: (tau) => new Forecaster({ ...config, tau }),
    restored: (tau, saved) => Forecaster.restored({ ...config, tau }, saved),
  }
}
