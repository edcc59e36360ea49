import type { Millis } from '@souk/kernel'
import type { Ballot, PeerId, TaskRecord } from '@souk/wire'
import type { OtherSets } from './other-sets.ts'

/** A local client that submitted it, and its own number for it. */
export interface Submitter {
  client: number
  tag: number
}

/** Why a submit is not taken. */
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
  /** the local bearer has its baton, until a majority cannot have stored it under our ballot any more */
  bearing: boolean
  stored: Set<PeerId>
  already: Set<PeerId>
  /** custodians that earlier submits of the same key chose */
  readonly others: OtherSets
  /** who will not keep it, and what was said */
  unstored: Map<PeerId, Refused>
  submitters: Submitter[]
  clients: number[]
  /** custodians that no longer know it, after it was accepted */
  unknownBy: Set<PeerId>
  /** how often its custodians were asked what became of it */
  asked: number
  /** when its custodians were first asked to store it */
  sinceMs: Millis
}
