import { digestAheads } from '@souk/wire'
import type { History } from './history.ts'
import type { SeriesForecaster } from './views.ts'

/** No message may say more. */
const rateMax = 2 ** 40

/** Arrivals in one bucket in thousandths, so many ahead as `digestAheads` says; both are empty before anything is foretold. */
export interface ArrivalsAhead {
  expected: number[]
  enough: number[]
}

export const nothingAhead: ArrivalsAhead = { expected: [], enough: [] }

/** of what came in so many buckets the mean is taken, five minutes of them (guess) */
const meanBuckets = 30

/**
 * What forecasts say is the middle of what may come: of one task in six buckets that is none, for each peer and so for all
 * together. What adds up is the mean, so no less than that of late is expected, without what was beyond all that is likely:
 * a burst that comes once is expected no longer than forecasts do.
 */
export function arrivalsAhead(forecaster: SeriesForecaster | undefined, history: History): ArrivalsAhead {
  const forecasts = digestAheads.flatMap((ahead) => forecaster?.forecast(ahead) ?? [])
  if (forecasts.length < digestAheads.length) return nothingAhead
  const likely = Math.max(1, forecasts[0]!.quantile)
  const known = history.latest('arrivals', meanBuckets).filter((count) => !Number.isNaN(count))
  const mean = known.reduce((sum, count) => sum + Math.min(likely, count), 0) / Math.max(1, known.length)
  const expected = forecasts.map(({ point }) => thousandths(Math.max(mean, point)))
  return { expected, enough: forecasts.map(({ quantile }, i) => Math.max(expected[i]!, thousandths(quantile))) }
}

/** What is no number is nothing. */
function thousandths(count: number): number {
  return count > 0 ? Math.min(rateMax, Math.round(1000 * count)) : 0
}
