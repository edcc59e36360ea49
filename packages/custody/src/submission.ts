import type { Millis } from '@souk/kernel'
import type { Ballot, PeerId, TaskRecord } from '@souk/wire'
import type { OtherSets } from './other-sets.ts'

/** A client of this peer that submitted the task, and its own number for that. */
export interface Submitter {
  client: number
  tag: number
}

/** Why a submit is refused. */
export interface Refused {
  code: string
  message: string
}

/**
 * A task that was submitted here, while clients of this peer wait for it: for its acceptance at first (`storing`),
 * then for its outcome.
 */
export interface Submission {
  record: TaskRecord
  readonly ballot: Ballot
  storing: boolean
  /** this peer's bearer has a baton that is neither durable nor void yet */
  bearing: boolean
  /** custodians that answered STORED to `ballot`, and those that answered ALREADY */
  stored: Set<PeerId>
  already: Set<PeerId>
  /** the sets of custodians that earlier submits of the same key chose */
  readonly others: OtherSets
  /** custodians that answered UNSTORED, and why */
  unstored: Map<PeerId, Refused>
  /** who waits for the acceptance */
  submitters: Submitter[]
  /** who waits for the outcome */
  clients: number[]
  /** custodians that say they do not know the task, after it was accepted */
  unknownBy: Set<PeerId>
  /** how often custodians were asked for the outcome */
  asked: number
  /** when custodians were asked to store it, for those who wait now */
  sinceMs: Millis
}
