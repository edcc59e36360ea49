import { type MessageOf, type PeerId, type TaskRecord, type TaskSummary, type TaskView, usageOf } from '@souk/wire'
import { type Entry, outcomeOf, stateOf } from './entry.ts'

/** All that is known of one task, for a reader anywhere. */
export function toView(entry: Entry): TaskView {
  const view: TaskView = {
    record: forReaders(entry.record),
    state: stateOf(entry),
    ballot: entry.promised,
    bearer: entry.bearer.peer,
    attempts: entry.attempts,
    timeline: entry.timeline,
  }
  const outcome = outcomeOf(entry)
  if (outcome) view.outcome = outcome
  if (entry.decision) view.decision = entry.decision
  return view
}

/** Values of a task's environment are for its run alone: secrets are handed over there. Readers see their names. */
function forReaders(record: TaskRecord): TaskRecord {
  const { work } = record.spec
  if (work.kind !== 'process') return record
  const names = Object.keys(work.env)
  if (names.length === 0) return record
  const env = Object.fromEntries(names.map((name) => [name, '']))
  return { ...record, spec: { ...record.spec, work: { ...work, env } } }
}

/** Whether one more run than the failed ones has begun: the one that ended it, or the present one. */
function runsNow(entry: Entry): boolean {
  return entry.phase === 'closed' ? outcomeOf(entry)?.result !== undefined : entry.bearerState === 'running'
}

export function toSummary(entry: Entry): TaskSummary {
  const { record } = entry
  const summary: TaskSummary = {
    id: record.id,
    name: record.spec.name,
    class: record.spec.class,
    tenant: record.spec.tenant,
    priority: record.spec.priority,
    state: stateOf(entry),
    origin: record.origin,
    attempts: entry.attempts.length + (runsNow(entry) ? 1 : 0),
    submittedWallMs: record.submittedWallMs,
  }
  const closed = outcomeOf(entry)
  const host = closed ? closed.host : entry.bearer.peer
  if (host !== undefined) summary.host = host
  if (closed) {
    summary.kind = closed.kind
    summary.code = closed.code
    summary.endedWallMs = closed.endedWallMs
    const usage = closed.result && usageOf(closed.result)
    if (usage) summary.usage = usage
  }
  return summary
}

/**
 * A page of a listing: the newest that match, and how many match in all. Of the custodians that can be asked the
 * first one tells of a task, so that each is counted once.
 */
export function listEntries(
  entries: Iterable<Entry>,
  self: PeerId,
  query: MessageOf<'list'>,
): { tasks: TaskSummary[]; total: number } {
  const matching: Entry[] = []
  const without = new Set(query.without)
  for (const entry of entries) {
    if (entry.phase === 'moved' || !entry.record.id.startsWith(query.prefix)) continue
    if (entry.record.custodians.find((peer) => !without.has(peer)) !== self) continue
    if (query.states.length > 0 && !query.states.includes(stateOf(entry))) continue
    matching.push(entry)
  }
  matching.sort((a, b) => b.record.submittedWallMs - a.record.submittedWallMs || (a.record.id < b.record.id ? -1 : 1))
  return { tasks: matching.slice(0, query.limit).map(toSummary), total: matching.length }
}
