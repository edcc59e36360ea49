import type { Millis } from '@souk/kernel'
import type { ProvisionCosts } from './provision-tau.ts'

/** How many workers of a class stand warm, and who decides it. Guesses are marked. */
export interface PoolConfig {
  /** from which follows how often the warm ones should be enough; 9 to 1 is 0.9 (guess) */
  costs: ProvisionCosts
  /** a target that is higher by less than this share than what is ordered changes nothing: else it is restless */
  hysteresis: number
  /** fewer are wanted for so long before any goes; too short lets go what the next wave needs (guess) */
  scaleDownMs: Millis
  /** at most so many times as many as were needed at once in the history: what is foretold of a spike is no order */
  stepMax: number
  /** of one class; each takes memory */
  workersMax: number
  /** a worker that was used stays warm for so long by itself: what executors do, and what forecasts have to beat */
  keepMs: Millis
  /** how long a worker takes to get warm where nobody has measured it yet (guess) */
  warmUpMs: Millis
  /** forecasts are on trial for so many buckets at least, and for so many in which something ran */
  trialBuckets: number
  trialBusyBuckets: number
  /** they decide once their cost is below this part of that of keeping what was used last … */
  promoteBelow: number
  /** … and no more once it is above this part of it, of late */
  demoteAbove: number
  /** buckets in which a cost comes to count half: for the promotion, and for the demotion (guesses) */
  trialHalfLife: number
  recentHalfLife: number
  /** buckets for which a demoted class stays on trial */
  demotedBuckets: number
  /** a class that is idle in this share of its buckets or more goes by its gaps, once there were so many */
  intermittentShare: number
  gapsMin: number
}

export const defaultPoolConfig: PoolConfig = {
  costs: { coldStart: 9, idleSlot: 1 },
  hysteresis: 0.1,
  scaleDownMs: 60_000,
  stepMax: 2,
  workersMax: 64,
  keepMs: 30_000,
  warmUpMs: 1_000,
  trialBuckets: 60,
  trialBusyBuckets: 10,
  promoteBelow: 0.95,
  demoteAbove: 1.05,
  trialHalfLife: 360,
  recentHalfLife: 60,
  demotedBuckets: 180,
  intermittentShare: 0.6,
  gapsMin: 8,
}
