import type { Millis, WallMillis } from '@souk/kernel'
import type { Steps } from './steps.ts'

/**
 * Tells machines that the wall clock was read anew: the trace, machines that write times into tasks, and those that let tasks
 * or certificates expire. Left out, so that after a sleep they lag by its length until a restart: gangs, since which of two is
 * older must not change; forecasts, whose spans must follow each other; and capacity, whose budget counts in hours, so that
 * setting the clock would give it another one.
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
