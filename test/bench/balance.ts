import { busySlots, imbalanceAt, movesPct, recoveryS, strandedPct } from './balance/figures.ts'
import { runMesh, type Served } from './balance/mesh-run.ts'
import { type RealRun, realHosts, realSlots, realSlotsPerHost, serve, withRealMesh } from './balance/real-mesh.ts'
import { slots } from './balance/stream.ts'
import { buildCli } from './mesh.ts'
import type { Bench, BenchOptions, Measured } from './report.ts'

const windowMs = 30_000
/** So long after the first submit a stream is steady. */
const warmUpMs = 5_000
const skewSpanMs = 10_000
/** How many windows each of the steady streams lasts. */
const windows = { whole: 3, quick: 1 }
/** How long the streams of the real mesh last. */
const realSpansMs = { whole: { skewed: 10_000, steady: 35_000 }, quick: { skewed: 6_000, steady: 8_000 } }
const realWarmUpMs = 2_000
const realStepMs = 1_000
/** Of the real mesh: so much that what one peer cannot do soon is a backlog. */
const realOverload = 1.5

/**
 * How evenly the mesh spreads work by itself: the real peer machines in the simulator. 10 hosts with 8 slots, tasks of one
 * slot and 1 s (exponential), 5 ms one way, default durability.
 *
 * - *skew_recovery_s*: every task is submitted to one host, 20 % more than all could do. From the first submit until all
 *   hosts do at least 95 % of what they do when the same tasks are submitted evenly, for good (windows of 250 ms).
 * - *stranded_idle_pct*: idle slots beside tasks that have waited for more than two round trips, of all slot time, at .95.
 * - *cv_pct*, *cv_floor_pct*: of the hosts' shares of taken slots over 30 s, and the least that
 *   this work can have, on average over the windows, at .85. The target is max(6, floor + 2).
 * - *moves_per_task_pct*: handovers of a baton beyond its first, at .85.
 *
 * *real_…*: the same of 5 real peers on this machine, each a process with 4 slots (the built program, functions that
 * sleep 0.5 s on average; load 1.5 and windows of 1 s for the recovery); with --quick over a few seconds, where chance alone makes hosts unlike.
 */
export const balance: Bench = {
  name: 'balance',
  summary: 'how evenly work is spread by itself',
  targets: {
    skew_recovery_s: ['<=', 3],
    stranded_idle_pct: ['<', 0.5],
    cv_pct: ['<=', 6],
    moves_per_task_pct: ['<=', 5],
    real_skew_recovery_s: ['<=', 3],
    real_cv_pct: ['<=', 6],
    real_moves_per_task_pct: ['<=', 5],
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
  const real = await measureReal(quick, say)
  return {
    figures: {
      ...(Number.isFinite(recovered) ? { skew_recovery_s: recovered } : {}),
      stranded_idle_pct: strandedPct(at95, from95Ms, from95Ms + count * windowMs),
      cv_pct: 100 * mean(seen.map(({ cv }) => cv)),
      cv_floor_pct: 100 * mean(seen.map(({ cvFloor }) => cvFloor)),
      moves_per_task_pct: movesPct(at85),
      ...real.figures,
    },
    detail: {
      windows: seen,
      busy_95_pct: (100 * busySlots(at95, from95Ms, from95Ms + count * windowMs)) / slots,
      moves_per_task_pct_95: movesPct(at95),
      moves_per_task_pct_skewed: movesPct(skewed),
      tasks: { skewed: skewed.length, at95: at95.length, at85: at85.length },
      ...real.detail,
    },
  }
}

const startOf = (served: readonly Served[]): number => Math.min(...served.map(({ submittedMs }) => submittedMs))

async function measureReal(quick: boolean, say: BenchOptions['say']): Promise<Measured> {
  const spanMs = quick ? realSpansMs.quick : realSpansMs.whole
  buildCli()
  const [even, skewed, steady] = await withRealMesh(async (peers) => {
    const overload = { rho: realOverload, spanMs: spanMs.skewed }
    const evenly = await serve(peers, { ...overload, skewed: false })
    const atOne = await serve(peers, { ...overload, skewed: true })
    say(`real peers, skewed against even: ${atOne.served.length} tasks`)
    return [evenly, atOne, await serve(peers, { rho: 0.85, spanMs: spanMs.steady, skewed: false })]
  })
  const recovered = recoveryS(skewed!.served, even!.served, spanMs.skewed, realStepMs)
  const fromMs = startOf(steady!.served) + realWarmUpMs
  const untilMs = startOf(steady!.served) + spanMs.steady
  const mesh = { hosts: realHosts, slotsPerHost: realSlotsPerHost }
  const { cv, cvFloor } = imbalanceAt(steady!.served, untilMs, untilMs - fromMs, mesh)
  const moved = ({ served, moves }: RealRun): number => (100 * moves) / served.length
  return {
    figures: {
      ...(Number.isFinite(recovered) ? { real_skew_recovery_s: recovered } : {}),
      real_cv_pct: 100 * cv,
      real_cv_floor_pct: 100 * cvFloor,
      real_moves_per_task_pct: moved(steady!),
    },
    detail: {
      real_busy_pct: (100 * busySlots(steady!.served, fromMs, untilMs)) / realSlots,
      real_moves_per_task_pct_skewed: moved(skewed!),
      real_window_s: (untilMs - fromMs) / 1_000,
      real_tasks: { skewed: skewed!.served.length, even: even!.served.length, steady: steady!.served.length },
    },
  }
}
