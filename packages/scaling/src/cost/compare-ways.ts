import type { Millis } from '@souk/kernel'
import { fixedPool } from '../replay/fixed-pool.ts'
import { Reactive } from '../replay/reactive.ts'
import { replay } from '../replay/replay.ts'
import type { TaskTimes } from '../replay/task-times.ts'
import { costOfTime, ranMsMax } from './spend.ts'

/** When a task came, from the beginning of the time that is looked at, and how long it ran. */
export interface RunTimes {
  atMs: Millis
  ranMs: Millis
  perHour: number
}

/** What one way to have workers would have spent on tasks of one class, and how long they would have waited. */
export interface WaySpent {
  cost: number
  p95WaitMs: Millis
  /** tasks that no worker stood ready for */
  coldStarts: number
}

export interface WaysCompared {
  /** what runs were worth: less than this nothing can cost that runs them */
  ran: number
  reactive: WaySpent
  fixed: WaySpent & { workers: number }
}

/** How often a fixed pool is enough. */
const fixedShare = 0.99

/**
 * The tasks of one class once more, by a pool that follows demand as an autoscaler does and by one of fixed size. Workers
 * cost what an hour of its runs costs at the mean, idle or not, and take `startMs` to start. What is no time is left out.
 * @param windowMs at most 30 days: every 15 s of it are looked at
 */
export function compareWays(runs: readonly RunTimes[], windowMs: Millis, startMs: Millis): WaysCompared {
  const known = runs
    .filter(({ atMs, ranMs }) => atMs >= 0 && atMs < windowMs && ranMs > 0 && ranMs <= ranMsMax)
    .sort((a, b) => a.atMs - b.atMs)
  const tasks: TaskTimes = {
    at: Float64Array.from(known, ({ atMs }) => atMs),
    ms: Float64Array.from(known, ({ ranMs }) => ranMs),
    endMs: windowMs,
  }
  const ran = known.reduce((sum, { ranMs, perHour }) => sum + costOfTime(ranMs, perHour), 0)
  const ranMs = tasks.ms.reduce((sum, ms) => sum + ms, 0)
  const perHour = ran === 0 ? 0 : ran / (ranMs / 3_600_000)
  const reactive = replay(tasks, startMs, new Reactive())
  const { workers, heldMs, p95WaitMs } = fixedPool(tasks, fixedShare)
  return {
    ran,
    reactive: {
      cost: costOfTime(reactive.heldMs, perHour),
      p95WaitMs: reactive.p95WaitMs,
      coldStarts: reactive.coldStarts,
    },
    fixed: { workers, cost: costOfTime(heldMs, perHour), p95WaitMs, coldStarts: 0 },
  }
}
