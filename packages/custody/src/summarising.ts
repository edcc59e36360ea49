import { type TaskSpec, type TaskSummary, usageOf } from '@souk/wire'
import { type Entry, outcomeOf, stateOf } from './entry.ts'

/** Whether one more run than the failed ones has begun: the one that ended it, or the present one. */
function runsNow(entry: Entry): boolean {
  return entry.phase === 'closed' ? outcomeOf(entry)?.result !== undefined : entry.bearerState === 'running'
}

/** A task on one line of a listing. */
export function toSummary(entry: Entry): TaskSummary {
  const { record } = entry
  const { spec } = record
  const summary: TaskSummary = {
    id: record.id,
    name: spec.name,
    class: spec.class,
    tenant: spec.tenant,
    priority: spec.priority,
    state: stateOf(entry),
    needs: needsOf(spec),
    origin: record.origin,
    attempts: entry.attempts.length + (runsNow(entry) ? 1 : 0),
    submittedWallMs: record.submittedWallMs,
  }
  if (spec.deadlineMs !== undefined)
    summary.dueWallMs = Math.min(Number.MAX_SAFE_INTEGER, record.submittedWallMs + spec.deadlineMs)
  const closed = outcomeOf(entry)
  const host = closed ? closed.host : entry.bearer.peer
  if (host !== undefined) summary.host = host
  if (entry.decision) summary.how = entry.decision.how
  if (!closed && entry.decision?.how === 'after' && summary.state === 'waiting') summary.code = 'after'
  if (closed) {
    summary.kind = closed.kind
    summary.code = closed.code
    summary.endedWallMs = closed.endedWallMs
    const usage = closed.result && usageOf(closed.result)
    if (usage) summary.usage = usage
  }
  noteRun(entry, summary)
  return summary
}

/** When its last run began, and how long it took, as far as that is known here. */
function noteRun(entry: Entry, summary: TaskSummary): void {
  const closed = outcomeOf(entry)
  if (closed?.result) {
    summary.ranMs = closed.result.runMs
    // Clocks of several hosts are compared: it did not begin before it was submitted.
    summary.startedWallMs = Math.max(summary.submittedWallMs, closed.endedWallMs - closed.result.runMs)
  } else if (!closed && entry.bearerState === 'running') {
    const began = entry.timeline.findLast(({ event }) => event === 'running')
    if (began) summary.startedWallMs = Math.max(summary.submittedWallMs, began.wallMs)
  }
}

function needsOf({ work, request, labels }: TaskSpec): TaskSummary['needs'] {
  const registered = work.kind === 'function' && !work.module ? work.name : ''
  return { executor: work.kind, function: registered, request, labels }
}

/** About how many bytes a line takes in a frame, at the most. */
export function summaryBytes({ name, class: like, tenant, code, needs }: TaskSummary): number {
  let chars = name.length + like.length + tenant.length + (code?.length ?? 0) + needs.function.length
  for (const label in needs.labels) chars += label.length + needs.labels[label]!.length + 8
  for (const unit in needs.request.custom) chars += unit.length + 8
  return 700 + 3 * chars
}
