import type { Millis, WallMillis } from '@souk/kernel'
import type { Steps } from './steps.ts'

/**
 * Times of day are told by the wall clock as it is now: to the trace, and to whoever writes them into tasks. Gangs keep to
 * the first reading, for which of two is older must not change; forecasts count by their own time.
 */
export function tellWall(wallMs: WallMillis, steps: Steps, now: Millis): void {
  steps.outlet.log.setWall(now, wallMs)
  const input = { type: 'wall', wallMs } as const
  steps.stepCustodian(input)
  steps.stepSubmitter(input)
  steps.stepBearer(input)
  steps.stepAuctioneer(input)
  steps.stepDependencies(input)
}
