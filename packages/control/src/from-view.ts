import type { TaskDetail, TaskLine } from '@souk/client'
import { versionNumber } from '@souk/peer'
import { ballotText, type TaskSpec, type TaskSummary, type TaskView } from '@souk/wire'
import { fromOutcome } from './from-outcome.ts'

const isoTime = (wallMs: number) => new Date(wallMs).toISOString()

/** Everything known of a task, as the API tells it. */
export function fromView(view: TaskView): TaskDetail {
  const { record } = view
  return {
    id: record.id,
    state: view.state,
    ballot: ballotText(view.ballot),
    ...(view.bearer === undefined ? {} : { bearer: view.bearer }),
    origin: record.origin,
    custodians: record.custodians,
    version: versionNumber(record.version),
    submittedAt: isoTime(record.submittedWallMs),
    spec: specOf(record.spec),
    ...(view.outcome === undefined ? {} : { outcome: fromOutcome(record.id, view.outcome) }),
    ...(view.decision === undefined ? {} : { decision: { ...view.decision, at: isoTime(view.decision.wallMs) } }),
    attempts: view.attempts.map(({ host, code, message }) => ({ host, code, message })),
    timeline: view.timeline.map(({ wallMs, peer, event, detail }) => ({ at: isoTime(wallMs), peer, event, detail })),
  }
}

/** stdin is data, not description: only its size is told; of the environment only the names, for it holds secrets */
function specOf(spec: TaskSpec): Record<string, unknown> {
  const { work } = spec
  if (work.kind !== 'process') return { ...spec }
  const { stdin } = work
  const told = { ...work, env: Object.keys(work.env) }
  return { ...spec, work: stdin instanceof Uint8Array ? { ...told, stdin: { sizeBytes: stdin.byteLength } } : told }
}

/** One line of a listing, as the API tells it. */
export function fromSummary(summary: TaskSummary): TaskLine {
  const { submittedWallMs, startedWallMs, dueWallMs, endedWallMs, needs, ...rest } = summary
  const { executor, request } = needs
  return {
    ...rest,
    executor,
    request: { ...request },
    submittedAt: isoTime(submittedWallMs),
    ...(startedWallMs === undefined
      ? {}
      : { startedAt: isoTime(startedWallMs), waitedMs: Math.max(0, startedWallMs - submittedWallMs) }),
    ...(dueWallMs === undefined ? {} : { dueAt: isoTime(dueWallMs) }),
    ...(endedWallMs === undefined ? {} : { endedAt: isoTime(endedWallMs) }),
  }
}
