import { quantile } from '../report.ts'
import { omniscientPlacement, randomPlacement } from './baselines.ts'
import { busyPctOf, type Ended, ended, meanOf } from './ended.ts'
import { drawLoad, hosts, type Load, slotsPerHost } from './load.ts'
import { runMesh } from './mesh.ts'
import { randomWithin } from './random-within.ts'

/** One load as one scheduler served it; of the measured tasks. Plain data. */
export interface Served {
  /** submit to outcome, ms; by class, too */
  responsesMs: number[]
  meanMs: number
  meanMsByClass: Record<string, number>
  nearOptimalPct: number
  nearOptimalPctByClass: Record<string, number>
  /** of all slots, in the time measured */
  busyPct: number
}

export interface RunResult {
  load: Load
  tasks: number
  /** what was really offered in the time measured, by what the hosts have */
  offered: number
  mesh: Served
  omniscient: Served
  twoChoice: Served
  random: Served
  /** what random placement needs for the p95 of the mesh; where that is steady */
  randomWithin: { hosts: number; busyPct: number } | undefined
  /** when the mesh's tasks ended, not when their clients heard of it */
  meshRunEndMeanMs: number
  detail: Record<string, unknown>
}

/** The mesh and all baselines on the same tasks. */
export function runLoad(load: Load): RunResult {
  const tasks = drawLoad(load)
  const { placed, detail } = runMesh(load, tasks)
  const [first] = placed
  // Clients of the mesh begin when its peers have met; the baselines begin at once.
  const beganMs = first!.submittedMs - first!.task.atMs
  const mesh = placed.map(({ task, startMs, byMs, endMs, heardMs }) => ({ task, startMs, byMs, endMs, heardMs }))
  const served = serve(load, mesh, beganMs)
  const measured = tasks.filter((task) => task.measured)
  return {
    load,
    tasks: measured.length,
    offered: measured.reduce((sum, { ms, slots: wide }) => sum + ms * wide, 0) / (hosts * slotsPerHost * load.spanMs),
    mesh: served,
    omniscient: serve(load, ended(tasks, omniscientPlacement(tasks)), 0),
    twoChoice: serve(load, ended(tasks, randomPlacement(tasks, 2, load.seed)), 0),
    random: serve(load, ended(tasks, randomPlacement(tasks, 1, load.seed)), 0),
    randomWithin: load.rho < 1 ? randomWithin(load, tasks, quantile(served.responsesMs, 0.95)) : undefined,
    meshRunEndMeanMs: meanOf(
      mesh.filter(({ task }) => task.measured).map(({ task, endMs }) => endMs - beganMs - task.atMs),
    ),
    detail,
  }
}

function serve(load: Load, all: readonly Ended[], beganMs: number): Served {
  const measured = all.filter(({ task }) => task.measured)
  const response = ({ task, heardMs }: Ended): number => heardMs - beganMs - task.atMs
  const nearPct = (some: readonly Ended[]): number =>
    (100 * some.filter(({ startMs, byMs }) => startMs <= byMs).length) / some.length
  const classOf = ({ task }: Ended): string => task.arrival.draft.spec.class
  const names = [...new Set(measured.map(classOf))].sort()
  const byClass = (figure: (some: readonly Ended[]) => number): Record<string, number> =>
    Object.fromEntries(names.map((name) => [name, figure(measured.filter((one) => classOf(one) === name))]))
  return {
    responsesMs: measured.map(response),
    meanMs: meanOf(measured.map(response)),
    meanMsByClass: byClass((some) => meanOf(some.map(response))),
    nearOptimalPct: nearPct(measured),
    nearOptimalPctByClass: byClass(nearPct),
    busyPct: busyPctOf(load, all, hosts, beganMs),
  }
}
