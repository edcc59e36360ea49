import type { Millis } from '@souk/kernel'
import type { Accepted, Ballot, Decree, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { LostRun } from './entry.ts'
import type { LastBearers } from './last-bearers.ts'

/**
 * asking: has the lease run out for the other custodians too? of a task that a person gives up: does anybody else keep it? ·
 * preparing: they are to promise a ballot · stopping: the last bearers are fenced and have to stop · committing: a decree is
 * proposed · storing: next custodians get the record.
 */
export type Stage = 'asking' | 'preparing' | 'stopping' | 'committing' | 'storing'

export const stageTransitions: Record<Stage, readonly Stage[]> = {
  asking: ['preparing', 'storing'],
  preparing: ['stopping', 'committing', 'storing', 'asking'],
  stopping: ['committing', 'storing'],
  committing: ['storing'],
  storing: [],
}

/** code of an undertaking that a person's word began */
export const givenUp = 'given-up'

/** An undertaking: what a custodian does about one task. It recovers it (run), ends it (close), or sees to its next version. */
export interface Proposal {
  /** the record of the version that it is about */
  readonly record: TaskRecord
  aim: 'run' | 'close'
  stage: Stage
  /** why, for people and the trace */
  readonly code: string
  /** asking: the ballot whose lease is asked about; then this peer's own */
  ballot: Ballot
  /** who may bear the task yet: to be fenced before it ends */
  readonly lastBearers: LastBearers
  /** stopping: by then the last bearers have stopped by themselves, as their leases are over */
  stoppedByMs: Millis
  /** since when it is in this stage: leases granted to its ballot in it count from here, as none can have begun before */
  sinceMs: Millis
  /** custodians that have answered in this stage */
  answers: Set<PeerId>
  /** preparing: custodians for which no lease runs: they know that nobody bears the task any more */
  over: Set<PeerId>
  /** custodians that refuse the ballot; once a majority is out of reach, the next try begins */
  refusals: Set<PeerId>
  /** custodians of ours that keep the task with another set, which another submit of its key chose */
  elsewhere: Set<PeerId>
  /**
   * (most of the set were removed) keepers beyond it that were asked whether they keep the task: how often; Infinity: it does
   * not, as it has answered
   */
  others: Map<PeerId, number>
  /** another set with which one of ours keeps the task, and that this peer is in itself */
  joinable: { version: number; custodians: PeerId[] } | undefined
  /** the other set last heard of, and who of it says that it keeps the task */
  other: { version: number; keep: Set<PeerId> } | undefined
  /** what was accepted before under the highest ballot: to be proposed again */
  best: Accepted | undefined
  /** (starts: at-most-once) a bearer asked leave to begin under an earlier ballot: it may have run */
  begun: boolean
  /** the run that ended with its bearer's life: told (`runLost`) once a majority has promised, so that it cannot go on */
  lost: LostRun | undefined
  /** committing: what is proposed */
  decree: Decree | undefined
  /** storing: the next version, who has answered STORED to this ballot, and who ALREADY */
  next: { record: TaskRecord; ballot: Ballot; stored: Set<PeerId>; already: Set<PeerId> } | undefined
  /** how often the messages of this stage were sent */
  tries: number
}

/** What a message between proposer and custodian is about. */
export interface Vote {
  task: TaskId
  version: number
  ballot: Ballot
}

export function voteOf({ record }: Proposal, ballot: Ballot): Vote {
  return { task: record.id, version: record.version, ballot }
}

/** Whether a lease stands in the way: not of a task that is to end, whose bearer is stopped then. */
export function heardOf({ aim }: Proposal, leftMs: Millis): boolean {
  return aim === 'run' && leftMs > 0
}
