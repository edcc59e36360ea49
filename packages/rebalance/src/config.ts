import type { Millis } from '@souk/kernel'

/** Times and bounds of moving work. Guesses are marked. */
export interface RebalanceConfig {
  /** how often a peer that drains looks at what it still has to hand over (guess); longer delays each handover by as much */
  sweepMs: Millis
  /** tasks handed over in one look: more would make one frame of messages for each custodian too large to be quick (guess) */
  sweepTasksMax: number
  /** a task that has only come gets its auction before it is handed over: longer than any auction lasts */
  settleMs: Millis
}

export const defaultRebalanceConfig: RebalanceConfig = {
  sweepMs: 100,
  sweepTasksMax: 500,
  settleMs: 200,
}
