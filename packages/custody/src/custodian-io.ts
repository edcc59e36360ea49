import type { Millis, WallMillis } from '@souk/kernel'
import type {
  Attempt,
  Ballot,
  Bearer,
  Decision,
  Incarnation,
  MessageOf,
  Outcome,
  PeerId,
  TaskId,
  TaskRecord,
} from '@souk/wire'
import type { LostRun } from './entry.ts'

/** What a custodian may be told by other peers. */
export type CustodianMessage = MessageOf<
  | 'store'
  | 'drop'
  | 'leaseAsk'
  | 'prepare'
  | 'commit'
  | 'begin'
  | 'chosen'
  | 'moved'
  | 'copy'
  | 'decided'
  | 'renew'
  | 'giveUp'
  | 'stopped'
  | 'bounce'
  | 'await'
  | 'cancel'
  | 'query'
  | 'list'
  | 'watch'
  // as proposer
  | 'stored'
  | 'already'
  | 'unstored'
  | 'leaseTold'
  | 'promise'
  | 'refuse'
  | 'committed'
  | 'lacking'
  | 'fenced'
>

/** What it tells them. */
export type CustodianSays = MessageOf<
  | 'stored'
  | 'already'
  | 'unstored'
  | 'leaseTold'
  | 'promise'
  | 'refuse'
  | 'committed'
  | 'lacking'
  | 'fenced'
  | 'begun'
  | 'renewed'
  | 'unknown'
  | 'cancelled'
  | 'view'
  | 'listed'
  | 'ends'
  | 'moved'
  | 'chosen'
  // as proposer
  | 'store'
  | 'leaseAsk'
  | 'prepare'
  | 'commit'
  | 'copy'
  | 'decided'
>

export type CustodianInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation; stored: { key: string; value: unknown }[] }
  /** the wall clock has moved against this peer's own */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  | { type: 'persisted'; upToSeq: number }
  | { type: 'persistFailed'; upToSeq: number; code: string; message: string }
  | { type: 'message'; from: Bearer; message: CustodianMessage }
  /** to be written beside the tasks, of the same peer's other concerns */
  | { type: 'remember'; writes: { key: string; value: unknown }[] }
  /** this peer, as bearer, decided where it goes; `to` undefined: it waits */
  | { type: 'decided'; task: TaskId; decision: Decision; to: Bearer | undefined }
  /** what it had decided before the present custodians stood comes about now */
  | { type: 'handed'; task: TaskId; to: Bearer }
  /** a task that this peer bears and keeps has started here */
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** a life of this peer began: whatever an earlier life bore is over */
  | { type: 'bearerRestarted'; peer: PeerId; incarnation: Incarnation }

export type CustodianEffect =
  | { type: 'send'; to: PeerId; message: CustodianSays }
  /** along: nothing waits for it, so it may go with the next write that something does wait for */
  | { type: 'persist'; seq: number; writes: { key: string; value: unknown }[]; along?: true }
  /** the local bearer gets a baton under a ballot of this peer; its lease counts from `leasedMs` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: true }
  /** its outcome is known to be chosen */
  | { type: 'closed'; task: TaskId; outcome: Outcome }
  | { type: 'recovered'; task: TaskId; ballot: Ballot; code: string }
  /** its bearer died: what that had begun has ended, and this peer sees to what follows */
  | { type: 'runLost'; task: TaskId; run: LostRun; forMs?: Millis }
  | { type: 'rejected'; from: PeerId; tag: string; code: string }
  | { type: 'storeState'; ok: boolean; code: string; message: string }
