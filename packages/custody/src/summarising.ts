import { inputsAtOf, requestsOf, specBlobs, type TaskSpec, type TaskSummary, tiesOf, usageOf } from '@souk/wire'
import { type Entry, outcomeOf, stateOf } from './entry.ts'

/** Whether a run has begun that is no failed attempt: the one that ended the task, or the present one. */
function runsNow(entry: Entry): boolean {
  return entry.phase === 'closed' ? outcomeOf(entry)?.result !== undefined : entry.bearerState === 'running'
}

/** A task as one line of a listing. */
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
  const inputBytes = specBlobs(spec).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
  if (inputBytes > 0) {
    summary.inputBytes = Math.min(Number.MAX_SAFE_INTEGER, inputBytes)
    summary.inputsAt = inputsAtOf(record)
  }
  if (spec.deadlineMs !== undefined)
    summary.dueWallMs = Math.min(Number.MAX_SAFE_INTEGER, record.submittedWallMs + spec.deadlineMs)
  if (entry.moves) summary.moves = entry.moves
  if (entry.path && (summary.state === 'waiting' || summary.state === 'queued')) summary.path = [...entry.path]
  const closed = outcomeOf(entry)
  const host = closed ? closed.host : entry.bearer.peer
  if (host !== undefined) summary.host = host
  if (entry.decision) summary.how = entry.decision.how
  // An award may have bounced: the alternative that the decision names is only that of its winner.
  const { winner, alternative } = entry.decision ?? {}
  if (alternative && winner === host) summary.alternative = alternative
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

/** When the last run began, and how long it took, as far as that is known here. */
function noteRun(entry: Entry, summary: TaskSummary): void {
  const closed = outcomeOf(entry)
  if (closed?.result) {
    summary.ranMs = closed.result.runMs
    // These times are of several hosts' clocks: no run is shown to begin before its task was submitted.
    summary.startedWallMs = Math.max(summary.submittedWallMs, closed.endedWallMs - closed.result.runMs)
  } else if (!closed && entry.bearerState === 'running') {
    const began = entry.timeline.findLast(({ event }) => event === 'running')
    if (began) summary.startedWallMs = Math.max(summary.submittedWallMs, began.wallMs)
  }
}

function needsOf(spec: TaskSpec): TaskSummary['needs'] {
  const { work, request, alternatives, labels, where, gang } = spec
  const registered = work.kind === 'function' && !work.module ? work.name : ''
  return {
    executor: work.kind,
    function: registered,
    request,
    ...(alternatives === undefined ? {} : { alternatives }),
    labels,
    ...(where === undefined ? {} : { where }),
    ...tiesOf(spec),
    ...(gang ? { gang: true } : {}),
  }
}

/** About how many bytes a summary takes in a frame, at most. */
export function summaryBytes({
  name,
  class: like,
  tenant,
  code,
  needs,
  path = [],
  inputsAt = [],
}: TaskSummary): number {
  let chars = name.length + like.length + tenant.length + (code?.length ?? 0) + needs.function.length
  chars += (needs.where?.length ?? 0) + (needs.group?.length ?? 0)
  for (const peer of [...path, ...inputsAt]) chars += peer.length / 3
  for (const { group } of [...(needs.near ?? []), ...(needs.apart ?? [])]) chars += group.length + 16
  for (const label in needs.labels) chars += label.length + needs.labels[label]!.length + 8
  const requests = requestsOf(needs)
  for (const { custom, gpu } of requests) {
    for (const unit in custom) chars += unit.length + 8
    for (const model of gpu.models ?? []) chars += model.length + 8
  }
  return 500 + 200 * requests.length + 3 * chars
}
