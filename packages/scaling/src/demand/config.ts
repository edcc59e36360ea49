import type { Millis } from '@souk/kernel'
import type { ClassCosts } from '../pools/class-costs.ts'
import { defaultPoolConfig, type PoolConfig } from '../pools/pool-config.ts'

/** How demand is counted and forecast. Guesses are marked. */
export interface DemandConfig {
  /** demand is counted by so long, on the wall clock; shorter is noise, longer is late */
  bucketMs: Millis
  /** classes that are forecast; the one that is longest without a start goes. Each takes about 350 kB */
  classesMax: number
  /** of each class, for people and for what was needed most: an hour */
  historyBuckets: number
  /** a class is forecast from its so many-th bucket on: before there is nothing to learn from, and many never come again */
  forecastAfter: number
  /** what was learned of a class is written at most so often; a crash loses as much (guess) */
  saveMs: Millis
  /** at the end of a bucket so many classes learn at once, the next so much later: about 210 microseconds each */
  learnClassesMax: number
  learnGapMs: Millis
  pools: PoolConfig
  /** of classes for which it is not as `pools` says what a cold start and an idle worker cost */
  classCosts: readonly ClassCosts[]
  /** classes of commands, or their beginnings and `*`, for which this host has processes that can stand warm */
  warmProcesses: readonly string[]
}

export const defaultDemandConfig: DemandConfig = {
  bucketMs: 10_000,
  classesMax: 64,
  historyBuckets: 360,
  forecastAfter: 6,
  saveMs: 600_000,
  learnClassesMax: 4,
  learnGapMs: 50,
  pools: defaultPoolConfig,
  classCosts: [],
  warmProcesses: [],
}
