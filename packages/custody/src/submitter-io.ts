import type { Millis, WallMillis } from '@souk/kernel'
import type { Attempt, Ballot, Incarnation, MessageOf, Outcome, PeerId, TaskId, TaskRecord, TaskSpec } from '@souk/wire'

/** Messages that a submitter takes from custodians. */
export type SubmitterMessage = MessageOf<'stored' | 'already' | 'unstored' | 'chosen' | 'moved' | 'unknown'>

export type SubmitterInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation }
  /** the wall clock was set: it has moved against this peer's monotonic clock */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  | SubmitInput
  | { type: 'message'; from: PeerId; message: SubmitterMessage }
  /** this peer's own custodian knows that the task's outcome is chosen */
  | { type: 'closed'; task: TaskId; outcome: Outcome }
  /** a client of this peer has gone: nobody would hear its answers */
  | { type: 'gone'; client: number }

/**
 * A client's submit. drawable: nobody will repeat this key, so another id may be drawn where custodians cannot be reached.
 * choosy: the client would rather make another key then, and is refused as `key-unlucky`, before anything happens.
 */
export interface SubmitInput {
  type: 'submit'
  client: number
  tag: number
  nonce: string
  drawable: boolean
  choosy: boolean
  spec: TaskSpec
}

export type SubmitterEffect =
  | { type: 'send'; to: PeerId; message: MessageOf<'store' | 'drop' | 'await'> }
  /** this peer's bearer gets the baton at once, under a ballot of this peer; it may run or leave only once `durable` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: false }
  /** a majority has stored the record under that ballot */
  | { type: 'durable'; task: TaskId }
  /** this peer does not bear the task under this ballot, since a majority did not newly store it so: its bearer drops it */
  | { type: 'void'; task: TaskId; ballot: Ballot }
  | { type: 'accepted'; client: number; tag: number; task: TaskId }
  | { type: 'refused'; client: number; tag: number; code: string; message: string }
  | { type: 'outcome'; task: TaskId; outcome: Outcome; clients: number[] }
