/** What one peer counts and foretells of the classes it runs, and what it has stand warm for them. */
export interface Forecast {
  at: string
  /** demand is counted by so long */
  bucketMs: number
  /** by name; a class is followed once it was submitted or has started in two buckets */
  classes: ClassForecast[]
}

export interface ForecastQuery {
  /** only this one; what stands behind its kind will do: `resize` for `function/resize` */
  class?: string
  /** of the history, 1 to 360; default 60 */
  buckets?: number
}

export type ForecastQuantity = 'starts' | 'workers' | 'cpuMs' | 'memoryBytes' | 'networkBytes' | 'arrivals'

export interface ClassForecast {
  class: string
  /** when the last bucket of the history ended */
  until: string
  running: number
  /**
   * starts: runs begun · workers: the most that ran at once · cpuMs: CPU time of ended runs · memoryBytes: the most in use ·
   * networkBytes: inputs of runs that began and output of those that ended, whether they had to travel or not ·
   * arrivals: tasks that were submitted to this peer, wherever they run
   */
  quantities: {
    quantity: ForecastQuantity
    /** oldest first; null: nothing is known of that bucket */
    history: (number | null)[]
    /** so many buckets ahead, 90 % of the time between low and high; quantile: enough in a share tau of all buckets */
    ahead: { buckets: number; point: number; low: number; high: number; quantile: number; by: string }[]
    accuracy: ForecastAccuracy[]
  }[]
  warm: WarmPool
}

/** How good forecasts so many buckets ahead were; what is absent has no base yet. */
export interface ForecastAccuracy {
  buckets: number
  /** forecasts that were scored, the old ones by what they still count */
  count: number
  /** 1 - WAPE, and what no forecast of counts like these could exceed */
  accuracy?: number
  floor?: number
  /** mean absolute error over that of the last value: one bucket ahead, and as far ahead */
  mase?: number
  overLastValue?: number
  pinball?: number
  /** share within the 90 % band */
  coverage?: number
}

export interface WarmPool {
  /** live: forecasts decide · shadow: they are only judged, and workers stay warm for half a minute after use */
  mode: 'shadow' | 'live'
  /** workers that forecasts want to stand warm, and why */
  target: number
  /** workers that are ordered now: while forecasts do not decide those that last use keeps, 0 where they stay warm by themselves */
  ordered?: number
  code: string
  reason: string
  /** how often they should be enough, from 0 to 1 */
  tau: number
  /** warm and free now; absent: this class has no workers that could be warm */
  free?: number
  /** how long a cold worker takes to get warm; `measured` false: a guess */
  warmUpMs: number
  measured: boolean
  /** an order counts so many buckets ahead */
  aheadBuckets: number
  coldStarts: number
  warmStarts: number
  /** worker-milliseconds that workers stood warm and free since this peer started, as the starts */
  idleMs: number
  /** why its executor did not do as ordered; empty: it did, or nothing was */
  executorCode: string
  /** what went wrong there, for people; may be absent or empty */
  executorDetail?: string
  /** share of the history in which nothing ran, and gaps known between runs */
  idleShare: number
  gaps: number
  /** times since its last run at which the next is likely enough to keep workers for */
  keepWindows: { fromMs: number; toMs: number }[]
  /** what forecasts cost beside keeping what was used last; old costs fade; `recent…`: those of the last ten minutes or so */
  trial: {
    buckets: number
    busyBuckets: number
    bucketsNeeded: number
    busyBucketsNeeded: number
    forecastCost: number
    lastUsedCost: number
    recentForecastCost: number
    recentLastUsedCost: number
  }
}
