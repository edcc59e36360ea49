import { easy, fcfs } from './central.ts'
import { summaryOf } from './figures.ts'
import { type LogName, readLog } from './log-files.ts'
import { replayInMesh } from './mesh-replay.ts'
import { runnableOn, sites } from './site.ts'
import { sliceOf } from './slice.ts'
import type { Job } from './swf.ts'

/** One replay of a log. Plain data, so that a thread can do it. */
export interface TraceRun {
  log: LogName
  path: string
  /** so many jobs of it; more than there are: all */
  jobs: number
  msPerS: number
  moves: boolean
}

/** The same jobs by every scheduler; seconds of the log. */
export interface TraceResult {
  run: TraceRun
  counted: number
  running: number
  leftOut: number
  spanDays: number
  mesh: Record<string, number>
  fcfs: Record<string, number>
  /** where the log knows limits */
  easy: Record<string, number> | undefined
  recorded: Record<string, number>
  detail: Record<string, number>
}

/** Replays the log in the mesh, and the same jobs by the central schedulers. */
export function runTrace(run: TraceRun): TraceResult {
  const site = sites[run.log]
  const log = readLog(run.path)
  const all = runnableOn(site, log)
  const central = (some: readonly Job[]): number[] | undefined => {
    const knowsLimits = site.clusters.length === 1 && some.every(({ limitS }) => limitS !== undefined)
    return knowsLimits ? waitsOf(some, easy(some, site.clusters[0]!)) : undefined
  }
  const { jobs, first } = sliceOf(all, central(all) ?? waitsOf(all, fcfs(all, site.clusters)), run.jobs)
  const counted = jobs.slice(first)
  const processors = site.clusters.reduce((sum, cluster) => sum + cluster, 0)
  const summary = (waitsS: readonly number[]): Record<string, number> =>
    summaryOf(counted, waitsS.slice(first), processors)
  const { waitsS, detail } = replayInMesh(jobs, site, run)
  const backfilled = central(jobs)
  return {
    run,
    counted: counted.length,
    running: first,
    leftOut: log.length - all.length,
    spanDays: (counted.at(-1)!.submitS - counted[0]!.submitS) / 86_400,
    mesh: summary(waitsS),
    fcfs: summary(waitsOf(jobs, fcfs(jobs, site.clusters))),
    easy: backfilled && summary(backfilled),
    recorded: summary(jobs.map(({ waitedS }) => waitedS)),
    detail,
  }
}

function waitsOf(jobs: readonly Job[], starts: readonly number[]): number[] {
  return jobs.map(({ submitS }, i) => starts[i]! - submitS)
}
