import { peerSubject } from '../peer-subject.ts'
import { findBug } from '../planted/find-bug.ts'
import { plantedBugs } from '../planted/planted-bugs.ts'
import { profileOf } from '../profiles.ts'
import type { RunArguments } from '../replay.ts'
import type { PlantedResult } from '../report.ts'
import { simulate } from '../simulate.ts'
import { type RunSummary, summaryOf } from '../summary.ts'
import type { Watch } from '../watch.ts'

/** What a thread can be asked to do; plain data, as its answer is. */
export type Job = { kind: 'run'; run: RunArguments; twice: boolean } | { kind: 'planted'; name: string }

export type JobResult = { kind: 'run'; summary: RunSummary } | { kind: 'planted'; planted: PlantedResult }

export function doJob(job: Job, watches: readonly Watch[] = []): JobResult {
  return job.kind === 'run'
    ? { kind: 'run', summary: runSeed(job, watches) }
    : { kind: 'planted', planted: seek(job.name) }
}

function runSeed({ run, twice }: Extract<Job, { kind: 'run' }>, watches: readonly Watch[]): RunSummary {
  const { profile: name, ...rest } = run
  const options = { ...rest, profile: profileOf(name)!, subject: peerSubject() }
  const began = performance.now()
  const summary = summaryOf(simulate({ ...options, watches }), performance.now() - began)
  if (twice) checkAgain(summary, simulate(options).traceHash)
  return summary
}

/** I15: the same seed gives the same run. */
function checkAgain(summary: RunSummary, again: string): void {
  if (again === summary.traceHash) return
  const detail = `trace hash ${summary.traceHash}, and ${again} the second time`
  summary.violations.unshift({ kind: 'safety', invariant: 'I15', atMs: summary.virtualMs, detail })
  summary.violationCount++
}

function seek(name: string): PlantedResult {
  const began = performance.now()
  const finding = findBug(plantedBugs.find((bug) => bug.name === name)!)
  const wallMs = Math.round(performance.now() - began)
  return { name, seed: finding?.seed ?? 0, invariant: finding?.violation.invariant ?? '', wallMs }
}
