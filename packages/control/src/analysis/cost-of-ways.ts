import { setImmediate } from 'node:timers/promises'
import type { ComparedWays } from '@souk/client'
import { compareWays, spentBy } from '@souk/scaling'
import type { SeenRun } from './priced-runs.ts'
import { quantile } from './waits.ts'

/** classes that are replayed: each takes up to a tenth of a second for 30 days */
const classesMax = 16

/** What a pool that follows demand, and one of fixed size, would have spent on the dearest classes; one at a time. */
export async function costOfWays(
  runs: readonly SeenRun[],
  { sinceWallMs, nowMs, startMs }: { sinceWallMs: number; nowMs: number; startMs: number },
): Promise<ComparedWays> {
  const names = new Set(spentBy(runs, 'class', classesMax).groups.map(({ name }) => name))
  const replayed = runs.filter((run) => names.has(run.class))
  // A mesh that is a minute old has not had a pool for a day.
  const first = replayed.reduce((least, { submittedWallMs }) => Math.min(least, submittedWallMs), nowMs)
  const fromWallMs = Math.max(sinceWallMs, first)
  const windowMs = Math.max(1, nowMs - fromWallMs)
  const sums: ComparedWays = {
    ...(replayed.length > 0 && { since: new Date(fromWallMs).toISOString() }),
    startMs,
    classes: names.size,
    classesLeft: new Set(runs.map((run) => run.class)).size - names.size,
    ran: 0,
    p95WaitMs:
      replayed.length === 0
        ? 0
        : quantile(
            replayed.map(({ waitedMs }) => waitedMs),
            0.95,
          ),
    reactive: { cost: 0, coldStarts: 0, p95WaitMs: 0 },
    fixed: { cost: 0, workers: 0, coldStarts: 0, p95WaitMs: 0 },
  }
  for (const name of names) {
    const times = replayed.filter((run) => run.class === name).map((run) => timesOf(run, fromWallMs))
    const { ran, reactive, fixed } = compareWays(times, windowMs, startMs)
    sums.ran += ran
    for (const [sum, way] of [[sums.reactive, reactive] as const, [sums.fixed, fixed] as const]) {
      sum.cost += way.cost
      sum.coldStarts += way.coldStarts
      sum.p95WaitMs = Math.max(sum.p95WaitMs, way.p95WaitMs)
    }
    sums.fixed.workers! += fixed.workers
    await setImmediate()
  }
  return sums
}

const timesOf = ({ submittedWallMs, ranMs, perHour }: SeenRun, fromWallMs: number) => ({
  atMs: submittedWallMs - fromWallMs,
  ranMs,
  perHour,
})
