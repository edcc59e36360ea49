import type { Write } from '@souk/peer'
import type { Ballot, Outcome, TaskId, TaskRecord } from '@souk/wire'

/** What a checker reads of one task in a custodian's store: the only place that knows how it is stored. */
export interface StoredView {
  record: TaskRecord
  promised: Ballot
  outcome?: Outcome
}

const prefix = 'task/'

export function storedKey(task: TaskId): string {
  return prefix + task
}

export function storedView(value: unknown): StoredView | undefined {
  const view = value as Partial<StoredView> | undefined
  return view?.record !== undefined && view.promised !== undefined ? (view as StoredView) : undefined
}

/** The tasks among some writes; without a view: deleted. */
export function* storedTasks(writes: readonly Write[]): Generator<[task: TaskId, view: StoredView | undefined]> {
  for (const { key, value } of writes) {
    if (key.startsWith(prefix)) yield [key.slice(prefix.length), storedView(value)]
  }
}

/** Two outcomes are the same decree when these agree; the ballots under which they were proposed may differ. */
export function outcomeText({ kind, code, message, host, endedWallMs }: Outcome): string {
  return `${kind}/${code}/${host ?? ''}/${endedWallMs}/${message}`
}
