import { quantile } from '../report.ts'
import { randomPlacement } from './baselines.ts'
import { busyPctOf, ended, meanOf } from './ended.ts'
import { hosts, type Load, type Task } from './load.ts'

/** Of so many placements the mean of their p95 counts. */
const seeds = [1, 2, 3, 4, 5]

/**
 * How many hosts random placement needs for these tasks so that the p95 of their responses is no more than `boundMs`, and
 * how busy those are then; at most ten times as many. Random hosts do not know of each other, so each serves as much less
 * as they are more.
 */
export function randomWithin(load: Load, tasks: readonly Task[], boundMs: number): { hosts: number; busyPct: number } {
  const p95At = (count: number): number =>
    meanOf(
      seeds.map((seed) => {
        const all = ended(tasks, randomPlacement(tasks, 1, seed, count)).filter(({ task }) => task.measured)
        return quantile(
          all.map(({ heardMs, task }) => heardMs - task.atMs),
          0.95,
        )
      }),
    )
  let [low, high] = [hosts, 10 * hosts]
  while (high - low > 1) {
    const middle = (low + high) >> 1
    if (p95At(middle) <= boundMs) high = middle
    else low = middle
  }
  return { hosts: high, busyPct: busyPctOf(load, ended(tasks, randomPlacement(tasks, 1, seeds[0]!, high)), high, 0) }
}
