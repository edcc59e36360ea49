import type { Millis, WallMillis } from '@souk/kernel'
import type { Steps } from './steps.ts'

/**
 * Times of day are told by the wall clock as it is now: to the trace, to whoever writes them into tasks, and to whoever lets
 * tasks or certificates expire. Left out, so that after a sleep they are behind by as long as it lasted, until a restart:
 * gangs, for which of two is older must not change; forecasts, whose spans follow each other; and capacity, the time of its
 * orders included: its budget is of hours, and a clock that was set would give it another one.
 */
export function tellWall(wallMs: WallMillis, steps: Steps, now: Millis): void {
  steps.outlet.log.setWall(now, wallMs)
  const input = { type: 'wall', wallMs } as const
  steps.stepCustodian(input)
  steps.stepSubmitter(input)
  steps.stepBearer(input)
  steps.stepAuctioneer(input)
  steps.stepDependencies(input)
  steps.stepRoster(input)
}
