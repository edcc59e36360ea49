import type { Millis, WallMillis } from '@souk/kernel'
import type { TargetCode } from '../pools/decide-target.ts'
import type { ClassDemand } from './class-demand.ts'
import type { DemandConfig } from './config.ts'
import { type Quantity, quantities } from './quantities.ts'
import type { SeriesAccuracy, SeriesForecast } from './views.ts'

/** so many windows of idle time are told */
const windowsMax = 4
/** buckets ahead that are told */
const aheads = [1, 3, 6, 12]

export interface QuantityReport {
  quantity: Quantity
  /** oldest first; null: nothing is known of that bucket */
  history: (number | null)[]
  /** nothing before there are enough buckets */
  ahead: SeriesForecast[]
  accuracy: readonly SeriesAccuracy[]
}

/** What is known of one class at this host, as plain data. */
export interface ClassReport {
  class: string
  bucketMs: Millis
  /** when the last bucket of the history ended, by the wall clock */
  untilWallMs: WallMillis
  running: number
  quantities: QuantityReport[]
  warm: WarmReport
}

export interface WarmReport {
  /** live: forecasts decide; shadow: workers stay warm for a while after use, and forecasts are only judged */
  mode: 'shadow' | 'live'
  /** what forecasts want to stand warm, and why */
  target: number
  /** what is ordered now; not live: as many as were used of late where they are processes, else 0 */
  ordered: number
  code: TargetCode
  /** how often that is to be enough */
  tau: number
  /** warm and free; undefined: this class has no workers that could be warm */
  free: number | undefined
  /** how long a cold worker takes to get warm; `measured`: else it is a guess */
  warmUpMs: Millis
  measured: boolean
  /** for how many buckets ahead an order counts */
  ahead: number
  coldStarts: number
  warmStarts: number
  /** worker-milliseconds warm and free, of this life like the starts */
  idleMs: Millis
  /** why its executor did not warm as many as ordered; empty: it did, or none were */
  executorCode: string
  /** what went wrong there, for people; may be empty */
  executorDetail: string
  /** share of the buckets in which nothing ran, and gaps known between its runs */
  idleShare: number
  gaps: number
  /** times since its last run at which the next is likely enough to keep workers for */
  keepWindows: { fromMs: Millis; toMs: Millis }[]
  trial: {
    buckets: number
    busyBuckets: number
    forecastCost: number
    lastUsedCost: number
    recentForecastCost: number
    recentLastUsedCost: number
    /** so many of each there have to be before forecasts may decide */
    bucketsNeeded: number
    busyBucketsNeeded: number
  }
}

export function classReport(demand: ClassDemand, config: DemandConfig, buckets: number, now: Millis): ClassReport {
  const { bucketMs } = config
  return {
    class: demand.name,
    bucketMs,
    untilWallMs: (demand.bucket + 1) * bucketMs,
    running: demand.open.running,
    quantities: quantities.map((quantity) => quantityReport(demand, quantity, buckets)),
    warm: warmReport(demand, config, now),
  }
}

function quantityReport({ history, series }: ClassDemand, quantity: Quantity, buckets: number): QuantityReport {
  const forecaster = series.get(quantity)
  return {
    quantity,
    history: history.latest(quantity, buckets).map((value) => (Number.isNaN(value) ? null : value)),
    ahead: aheads.flatMap((ahead) => forecaster?.forecast(ahead) ?? []),
    accuracy: forecaster?.accuracy() ?? [],
  }
}

function warmReport(demand: ClassDemand, config: DemandConfig, now: Millis): WarmReport {
  const { pool, history } = demand
  const { warm, gaps, trial } = pool
  const { bucketMs, pools, historyBuckets } = config
  return {
    mode: pool.mode,
    target: pool.target,
    ordered: pool.ordered,
    code: pool.code,
    tau: pool.tau,
    free: demand.warmFree(now),
    warmUpMs: pool.warmUpMs,
    measured: warm.warmUpMs !== undefined,
    ahead: pool.aheadOf(bucketMs),
    coldStarts: warm.coldStarts,
    warmStarts: warm.warmStarts,
    idleMs: warm.idleMs,
    executorCode: warm.code,
    executorDetail: warm.detail,
    idleShare: history.idleShare,
    gaps: Math.round(gaps.total),
    keepWindows: pool.keepWindows(bucketMs, historyBuckets * bucketMs, windowsMax),
    trial: { ...trial.report(), bucketsNeeded: pools.trialBuckets, busyBucketsNeeded: pools.trialBusyBuckets },
  }
}
