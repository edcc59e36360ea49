import {
  type Accepted,
  type Attempt,
  type Ballot,
  compareBallots,
  type Decision,
  type Ending,
  type Incarnation,
  type TaskRecord,
} from '@souk/wire'
import { type Entry, newEntry } from './entry.ts'

/** What the store holds of one task's votes, under `vote/ID`; the record itself is under `task/ID`. */
export interface StoredVote {
  /** of the record that these votes are about */
  version: number
  promised: Ballot
  attempts: Attempt[]
  accepted?: Accepted
  ending?: Ending
  begun?: true
  /** absent: the promised ballot */
  borneUnder?: Ballot
  keptIn?: Incarnation
}

/** Under `over/ID`, small and written last: the accepted outcome is known to be chosen, or others keep the task now. */
export interface StoredEnd {
  phase: 'closed' | 'moved'
  wallMs: number
}

const prefixes = { record: 'task/', vote: 'vote/', end: 'over/', decision: 'why/' } as const

export const recordKey = (task: string): string => prefixes.record + task
export const voteKey = (task: string): string => prefixes.vote + task
export const endKey = (task: string): string => prefixes.end + task
/** The placement decision has a key of its own, since it comes when record and votes are written. */
export const decisionKey = (task: string): string => prefixes.decision + task

export function toStoredVote(entry: Entry): StoredVote {
  const { record, promised, attempts } = entry
  const stored: StoredVote = { version: record.version, promised, attempts: [...attempts] }
  if (entry.accepted) stored.accepted = entry.accepted
  if (entry.ending) stored.ending = entry.ending
  if (entry.begun) stored.begun = true
  if (compareBallots(entry.borneUnder, promised) !== 0) stored.borneUnder = entry.borneUnder
  if (entry.keptIn !== undefined) stored.keptIn = entry.keptIn
  return stored
}

/** An entry as it comes back after a restart: its bearer has not been heard of in this life. */
function fromStored(record: TaskRecord, vote: StoredVote, end: StoredEnd | undefined): Entry {
  const entry = newEntry(record, vote.borneUnder ?? vote.promised)
  entry.promised = vote.promised
  entry.attempts = [...vote.attempts]
  entry.accepted = vote.accepted
  entry.ending = vote.ending
  entry.begun = vote.begun ?? false
  entry.keptIn = vote.keptIn
  // An end without its outcome, of which the disk lost the write, is none: the task is open, and recovery asks the others.
  const ended = end?.phase === 'closed' && vote.accepted?.decree.kind !== 'outcome' ? undefined : end
  entry.phase = ended?.phase ?? 'open'
  entry.kept = true
  entry.relied = true
  return entry
}

interface Loaded {
  /** every task in the store, with when it was over (undefined: it is open), in the order of that */
  tasks: { entry: Entry; overWallMs: number | undefined }[]
  /** every end in the store is of one of these tasks; else a stray one could close a later task with that id */
  whole: boolean
}

export function loadEntries(stored: readonly { key: string; value: unknown }[]): Loaded {
  const values = new Map(stored.map(({ key, value }) => [key, value]))
  const loaded: Loaded['tasks'] = []
  for (const { key, value } of stored) {
    if (!key.startsWith(prefixes.record)) continue
    const task = key.slice(prefixes.record.length)
    const vote = values.get(voteKey(task)) as StoredVote | undefined
    // Record and votes of a version are first written together, so one without the other is no task. After a failed write
    // the disk may hold one version's record with another's votes: neither says anything then.
    if (!vote || vote.version !== (value as TaskRecord).version) continue
    const end = values.get(endKey(task)) as StoredEnd | undefined
    const entry = fromStored(value as TaskRecord, vote, end)
    entry.decision = values.get(decisionKey(task)) as Decision | undefined
    loaded.push({ entry, overWallMs: entry.phase === 'open' ? undefined : end?.wallMs })
  }
  const ends = stored.filter(({ key }) => key.startsWith(prefixes.end)).length
  const whole = ends === loaded.filter(({ overWallMs }) => overWallMs !== undefined).length
  return { tasks: loaded.sort((a, b) => (a.overWallMs ?? 0) - (b.overWallMs ?? 0)), whole }
}
