import type { Millis } from '@souk/kernel'
import type { Accepted, Ballot, Decree, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { LostRun } from './entry.ts'
import type { LastBearers } from './last-bearers.ts'

/**
 * asking: has the lease run out for the others too? · preparing: promise me a ballot · stopping: the bearer is fenced,
 * its run must end · committing: a decree is proposed · storing: the next version's custodians are set up.
 */
export type Stage = 'asking' | 'preparing' | 'stopping' | 'committing' | 'storing'

export const stageTransitions: Record<Stage, readonly Stage[]> = {
  asking: ['preparing', 'storing'],
  preparing: ['stopping', 'committing', 'storing', 'asking'],
  stopping: ['committing', 'storing'],
  committing: ['storing'],
  storing: [],
}

/** What a custodian is doing about one task: recovering it, ending it, or seeing to its next version. */
export interface Proposal {
  /** of the version that it is about */
  readonly record: TaskRecord
  aim: 'run' | 'close'
  stage: Stage
  /** why, for people and the trace */
  readonly code: string
  /** asking: the ballot whose lease it asks about; then its own */
  ballot: Ballot
  /** who bears it yet, as far as is known: fenced before it ends */
  readonly lastBearers: LastBearers
  /** stopping: by then they have stopped by themselves */
  stoppedByMs: Millis
  /** since when it is in this stage: whatever is granted to its ballot meanwhile may count from here */
  sinceMs: Millis
  /** who has answered in this stage */
  answers: Set<PeerId>
  /** who says that nobody bears it under the ballot before any more */
  over: Set<PeerId>
  /** who refuses its ballot, for as long as a majority may yet promise it */
  refusals: Set<PeerId>
  /** who keeps it under another set of custodians, as another submit of its key made it */
  elsewhere: Set<PeerId>
  /** another set, which this peer is in itself: one of ours keeps it so */
  joinable: { version: number; custodians: PeerId[] } | undefined
  /** that other set, and who of it says that it keeps the task so */
  other: { version: number; keep: Set<PeerId> } | undefined
  /** of what was accepted before, that with the highest ballot */
  best: Accepted | undefined
  /** a run may have begun under an earlier ballot, as its bearer asked leave to */
  begun: boolean
  /** what ended with the life of its last bearer: told once a majority lets nobody go on with it */
  lost: LostRun | undefined
  decree: Decree | undefined
  /** storing: the next version, who has it under this ballot, and who had it before */
  next: { record: TaskRecord; ballot: Ballot; stored: Set<PeerId>; already: Set<PeerId> } | undefined
  /** how often this stage was said */
  tries: number
}

/** What a proposer and a custodian speak of. */
export interface Vote {
  task: TaskId
  version: number
  ballot: Ballot
}

export function voteOf({ record }: Proposal, ballot: Ballot): Vote {
  return { task: record.id, version: record.version, ballot }
}
