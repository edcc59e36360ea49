import type { Attempt, Ballot, Decision, Incarnation, Outcome, TaskRecord } from '@souk/wire'
import { type Entry, newEntry } from './entry.ts'

/** What the store holds of one task, under `task/ID`. */
export interface StoredTask {
  record: TaskRecord
  promised: Ballot
  attempts: Attempt[]
  decision?: Decision
  outcome?: Outcome
  cancelReason?: string
  /** the life of this peer that began to run it itself; a task that takes its own keeper down must count */
  keptIn?: Incarnation
}

const taskKeyPrefix = 'task/'

export const taskKey = (task: string): string => taskKeyPrefix + task

export function toStored(entry: Entry, outcome: Outcome | undefined = entry.outcome): StoredTask {
  const stored: StoredTask = { record: entry.record, promised: entry.promised, attempts: [...entry.attempts] }
  if (entry.decision) stored.decision = entry.decision
  if (outcome) stored.outcome = outcome
  if (entry.keptIn !== undefined) stored.keptIn = entry.keptIn
  if (entry.cancelReason !== undefined) stored.cancelReason = entry.cancelReason
  return stored
}

/** An entry as it comes back after a restart: nobody is known to bear it. */
function fromStored(stored: StoredTask): Entry {
  const entry = newEntry(stored.record, stored.promised)
  entry.attempts = [...stored.attempts]
  entry.decision = stored.decision
  entry.outcome = stored.outcome
  entry.cancelReason = stored.cancelReason
  entry.keptIn = stored.keptIn
  entry.phase = stored.outcome ? 'closed' : stored.cancelReason === undefined ? 'open' : 'ending'
  return entry
}

/** Every task in the store, the closed ones in the order in which they closed. */
export function loadEntries(stored: readonly { key: string; value: unknown }[]): Entry[] {
  return stored
    .filter(({ key }) => key.startsWith(taskKeyPrefix))
    .map(({ value }) => fromStored(value as StoredTask))
    .sort((a, b) => (a.outcome?.endedWallMs ?? 0) - (b.outcome?.endedWallMs ?? 0))
}
