import type { Millis } from '@souk/kernel'

/** When a run is said to lag behind its like. */
export interface StragglersConfig {
  /** it has taken so many times what 99 of 100 runs of its class take at most: 1 reports every hundredth run (guess) */
  factor: number
  /** of a class of which fewer runs are known nothing is said: their largest is no tail */
  runsMin: number
  /** and so long at least, however short its like are: nobody could do anything about it in less (guess) */
  runMsMin: Millis
  /** how often a run is looked at of which nothing could be said yet; longer reports it as much later */
  lookMs: Millis
  /** classes that are known, about 200 bytes each; the one that is longest without news goes first */
  classesMax: number
}

export const defaultStragglersConfig: StragglersConfig = {
  factor: 3,
  runsMin: 30,
  runMsMin: 2_000,
  lookMs: 5_000,
  classesMax: 1_000,
}
