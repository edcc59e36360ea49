import { availableParallelism } from 'node:os'
import { inThreads } from './in-threads.ts'
import type { Bench, BenchOptions, Measured } from './report.ts'
import { findLogs, type LogName } from './trace/log-files.ts'
import { runTrace, type TraceResult, type TraceRun } from './trace/run.ts'

/** How many jobs of each log, and ms of the mesh for a second of it. */
const sizes = {
  whole: { KTH: { jobs: 1_000, msPerS: 0.25 }, METACENTRUM: { jobs: 20_000, msPerS: 0.25 } },
  quick: { KTH: { jobs: 200, msPerS: 0.25 }, METACENTRUM: { jobs: 3_000, msPerS: 0.25 } },
}

/**
 * Two logs of the Parallel Workloads Archive, replayed with the real peers in the simulator on what they ran on (see
 * `trace/site.ts`): KTH-SP2 with a peer for each of 100 processors, a job being a gang; METACENTRUM with a peer for each
 * cluster. Time is compressed: what the mesh takes counts for 1 / msPerS times as much, against the mesh.
 *
 * - *over EASY*, *over FCFS*: mean wait (of KTH bounded slowdown too, tau 10 s) by that of a central scheduler on the same
 *   jobs, which knows everything at once and needs no time. EASY has the limits that jobs asked for; so have the peers.
 * - *on over off*: mean wait by that where nothing moves: off, a job may only run where it is at home. At METACENTRUM that is
 *   the cluster that it ran on; at KTH a block of as many hosts as it needs (to a power of two), by its number.
 *
 * Less than a whole log is the part that waits most with EASY (FCFS where there are no limits), with what ran by then running: see `trace/slice.ts`.
 */
export const trace: Bench = {
  name: 'trace',
  summary: 'logs of real clusters replayed, against FCFS and EASY backfilling',
  targets: {
    kth_wait_over_easy: ['<=', 1.1],
    kth_slowdown_over_easy: ['<=', 1.1],
    kth_wait_on_over_off: ['<', 1],
    metacentrum_wait_over_fcfs: ['<=', 1.1],
    metacentrum_wait_on_over_off: ['<', 1],
  },
  run,
}

async function run({ quick, data, say }: BenchOptions): Promise<Measured> {
  const paths = findLogs(data)
  const size = quick ? sizes.quick : sizes.whole
  // The longest first: KTH has seven times as many peers.
  const runs = (['KTH', 'METACENTRUM'] as const).flatMap((log) =>
    [true, false].map((moves): TraceRun => ({ log, path: paths[log], moves, ...size[log] })),
  )
  const file = new URL('./trace/run.ts', import.meta.url)
  const results = await inThreads(file, runTrace, runs, availableParallelism(), (result) => say(progressOf(result)))
  const find = (log: LogName, moves: boolean): TraceResult =>
    results.find(({ run: { log: name, moves: on } }) => name === log && on === moves)!
  const [kth, kthOff] = [find('KTH', true), find('KTH', false)]
  const [metacentrum, metacentrumOff] = [find('METACENTRUM', true), find('METACENTRUM', false)]
  return {
    figures: present({
      kth_wait_over_easy: ratio(kth.mesh.wait_mean_s, kth.easy?.wait_mean_s),
      kth_slowdown_over_easy: ratio(kth.mesh.bounded_slowdown, kth.easy?.bounded_slowdown),
      kth_wait_on_over_off: ratio(kth.mesh.wait_mean_s, kthOff.mesh.wait_mean_s),
      metacentrum_wait_over_fcfs: ratio(metacentrum.mesh.wait_mean_s, metacentrum.fcfs.wait_mean_s),
      metacentrum_wait_on_over_off: ratio(metacentrum.mesh.wait_mean_s, metacentrumOff.mesh.wait_mean_s),
    }),
    detail: { runs: results.map(detailOf) },
  }
}

function ratio(value: number | undefined, base: number | undefined): number | undefined {
  return value === undefined || base === undefined || base <= 0 ? undefined : value / base
}

function present(figures: Record<string, number | undefined>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(figures).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  )
}

function detailOf({ run: { path: _, jobs: __, moves, ...about }, detail, mesh, ...others }: TraceResult) {
  const {
    counted: jobs,
    running: jobs_running_before,
    leftOut: jobs_left_out,
    spanDays: span_days,
    ...schedulers
  } = others
  return {
    ...about,
    rebalancing: moves ? 'on: any host that fits' : 'off: only where it is at home',
    ...{ jobs, jobs_running_before, jobs_left_out, span_days, mesh, ...schedulers },
    ...detail,
  }
}

/** All schedulers side by side, for people. */
function progressOf({ run: { log, moves }, counted, spanDays, mesh, fcfs, easy, recorded }: TraceResult): string {
  const rows = Object.entries({ mesh, easy, fcfs, recorded }).flatMap(([name, figures]) => {
    if (figures === undefined) return []
    const { wait_mean_s, bounded_slowdown, utilisation_pct } = figures
    return `  ${name.padEnd(8)}  wait ${wait_mean_s!.toFixed(0)} s, slowdown ${bounded_slowdown!.toFixed(1)}, used ${utilisation_pct!.toFixed(1)} %`
  })
  return [`${log}, ${moves ? 'on' : 'off'}: ${counted} jobs of ${spanDays.toFixed(1)} days`, ...rows].join('\n')
}
