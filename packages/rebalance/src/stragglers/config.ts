import type { Millis } from '@souk/kernel'

/** When a run counts as a straggler. */
export interface StragglersConfig {
  /** it has taken this many times the p99 of its class; 1 would report every hundredth run (guess) */
  factor: number
  /** runs of the class that must be known: the largest of a few is no tail */
  runsMin: number
  /** and at least this long, however short its class is: nothing could be done about it in less (guess) */
  runMsMin: Millis
  /** how often a run of a class with too few known runs is looked at; longer reports it as much later */
  lookMs: Millis
  /** classes remembered, about 200 bytes each; the one longest without news is forgotten first */
  classesMax: number
}

export const defaultStragglersConfig: StragglersConfig = {
  factor: 3,
  runsMin: 30,
  runMsMin: 2_000,
  lookMs: 5_000,
  classesMax: 1_000,
}
