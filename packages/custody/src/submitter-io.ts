import type { Millis, WallMillis } from '@souk/kernel'
import type { Attempt, Ballot, Incarnation, MessageOf, Outcome, PeerId, TaskId, TaskRecord, TaskSpec } from '@souk/wire'

/** What a submitter may be told by other peers. */
export type SubmitterMessage = MessageOf<'stored' | 'already' | 'unstored' | 'chosen' | 'moved' | 'unknown'>

export type SubmitterInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation }
  /** the wall clock has gone ahead of this peer's own */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  | SubmitInput
  | { type: 'message'; from: PeerId; message: SubmitterMessage }
  /** the local custodian knows its outcome */
  | { type: 'closed'; task: TaskId; outcome: Outcome }
  /** a local client reads no more */
  | { type: 'gone'; client: number }

/**
 * drawable: nobody can ever say this key again, so its id may be drawn again where custodians are away. choosy: the
 * client would rather make another key then: refused as `key-unlucky`, before anything happens
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
  /** the local bearer gets a baton under a ballot of this peer; it may be handed over once `durable` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: false }
  | { type: 'durable'; task: TaskId }
  /** a majority does not have it under this ballot: the local bearer drops it */
  | { type: 'void'; task: TaskId; ballot: Ballot }
  | { type: 'accepted'; client: number; tag: number; task: TaskId }
  | { type: 'refused'; client: number; tag: number; code: string; message: string }
  | { type: 'outcome'; task: TaskId; outcome: Outcome; clients: number[] }
