import type { TaskRecord, TaskView } from '@souk/wire'
import { type Entry, outcomeOf, stateOf } from './entry.ts'

/** All that this custodian knows of one task, as readers are shown it. */
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

/** Without the values of environment variables, which may be secrets and are for the run alone: readers see the names. */
function forReaders(record: TaskRecord): TaskRecord {
  const { work } = record.spec
  if (work.kind !== 'process') return record
  const names = Object.keys(work.env)
  if (names.length === 0) return record
  const env = Object.fromEntries(names.map((name) => [name, '']))
  return { ...record, spec: { ...record.spec, work: { ...work, env } } }
}
