import { busySlots, imbalanceAt, movesPct, recoveryS, strandedPct } from './balance/figures.ts'
import { runMesh, type Served } from './balance/mesh-run.ts'
import { slots } from './balance/stream.ts'
import type { Bench, BenchOptions, Measured } from './report.ts'

const windowMs = 30_000
/** So long after the first submit a stream is steady. */
const warmUpMs = 5_000
const skewSpanMs = 10_000
/** How many windows each of the steady streams lasts. */
const windows = { whole: 3, quick: 1 }

/**
 * How evenly the mesh spreads work by itself: the real peer machines in the simulator. 10 hosts with 8 slots, tasks of one
 * slot and 1 s (exponential), 5 ms one way, default durability. Real processes are not measured yet.
 *
 * - *skew_recovery_s*: every task is submitted to one host, 20 % more than all could do. From the first submit until all
 *   hosts do at least 95 % of what they do when the same tasks are submitted evenly, for good (windows of 250 ms).
 * - *stranded_idle_pct*: idle slots beside tasks that have waited for more than two round trips, of all slot time, at .95.
 * - *cv_pct*, *cv_floor_pct*: of the hosts' shares of taken slots over 30 s, and the least that
 *   this work can have, on average over the windows, at .85. The target is max(6, floor + 2).
 * - *moves_per_task_pct*: handovers of a baton beyond its first, at .85.
 */
export const balance: Bench = {
  name: 'balance',
  summary: 'how evenly work is spread by itself',
  targets: {
    skew_recovery_s: ['<=', 3],
    stranded_idle_pct: ['<', 0.5],
    cv_pct: ['<=', 6],
    moves_per_task_pct: ['<=', 5],
  },
  run,
}

async function run({ quick, say }: BenchOptions): Promise<Measured> {
  const count = quick ? windows.quick : windows.whole
  const spanMs = warmUpMs + count * windowMs
  const overload = { seed: 1, rho: 1.2, spanMs: skewSpanMs }
  const skewed = runMesh({ ...overload, skewed: true })
  const even = runMesh({ ...overload, skewed: false })
  say(`skewed against even: ${skewed.length} tasks`)
  const at95 = runMesh({ seed: 2, rho: 0.95, spanMs, skewed: false })
  say(`load .95: ${at95.length} tasks`)
  const at85 = runMesh({ seed: 3, rho: 0.85, spanMs, skewed: false })
  say(`load .85: ${at85.length} tasks`)
  const beganMs = startOf(at85)
  const seen = Array.from({ length: count }, (_, i) =>
    imbalanceAt(at85, beganMs + warmUpMs + (i + 1) * windowMs, windowMs),
  )
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const from95Ms = startOf(at95) + warmUpMs
  const recovered = recoveryS(skewed, even, skewSpanMs)
  return {
    figures: {
      ...(Number.isFinite(recovered) ? { skew_recovery_s: recovered } : {}),
      stranded_idle_pct: strandedPct(at95, from95Ms, from95Ms + count * windowMs),
      cv_pct: 100 * mean(seen.map(({ cv }) => cv)),
      cv_floor_pct: 100 * mean(seen.map(({ cvFloor }) => cvFloor)),
      moves_per_task_pct: movesPct(at85),
    },
    detail: {
      windows: seen,
      busy_95_pct: (100 * busySlots(at95, from95Ms, from95Ms + count * windowMs)) / slots,
      moves_per_task_pct_95: movesPct(at95),
      moves_per_task_pct_skewed: movesPct(skewed),
      tasks: { skewed: skewed.length, at95: at95.length, at85: at85.length },
    },
  }
}

const startOf = (served: readonly Served[]): number => Math.min(...served.map(({ submittedMs }) => submittedMs))
