import type { Write } from '@souk/peer'
import type { Accepted, Ballot, Decree, Outcome, TaskId, TaskRecord } from '@souk/wire'

/** What a checker reads of one task's votes in a custodian's store: the only place that knows how they are stored. */
export interface VoteView {
  version: number
  promised: Ballot
  accepted?: Accepted
}

const recordPrefix = 'task/'
const votePrefix = 'vote/'
const endPrefix = 'over/'

export const recordKey = (task: TaskId): string => recordPrefix + task
export const voteKey = (task: TaskId): string => votePrefix + task
export const endKey = (task: TaskId): string => endPrefix + task

/** A version is its number and what names its custodians: 1 for the first, then one more with every change of them. */
export function versionNumber(version: number): number {
  return Math.floor(version / 2 ** 32)
}

/** What is known of a task's end: its outcome, or that others keep it now. */
export interface EndView {
  phase: 'closed' | 'moved'
}

/** What these writes leave of a task's end: one that rode along may be undone by the next of the same key. */
export function storedEnd(writes: readonly Write[], task: TaskId): EndView | undefined {
  return writes.findLast(({ key }) => key === endKey(task))?.value as EndView | undefined
}

/** The votes among some writes; without a view: deleted. */
export function* storedVotes(writes: readonly Write[]): Generator<[task: TaskId, view: VoteView | undefined]> {
  for (const { key, value } of writes) {
    if (key.startsWith(votePrefix)) yield [key.slice(votePrefix.length), value as VoteView | undefined]
  }
}

/** The records among some writes. */
export function* storedRecords(writes: readonly Write[]): Generator<TaskRecord> {
  for (const { key, value } of writes) {
    if (key.startsWith(recordPrefix) && value !== undefined) yield value as TaskRecord
  }
}

/** Two decrees are the same when these agree; the ballots under which they were proposed may differ. */
export function decreeText(decree: Decree): string {
  return decree.kind === 'next' ? `next/${decree.custodians.join()}` : outcomeText(decree.outcome)
}

function outcomeText({ kind, code, message, host, endedWallMs }: Outcome): string {
  return `${kind}/${code}/${host ?? ''}/${endedWallMs}/${message}`
}
