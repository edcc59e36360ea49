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

/** Messages that a custodian takes from other peers, and from its own. */
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
  // answers to it as proposer
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

/** Messages that a custodian sends. */
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
  /** the wall clock was set: it has moved against this peer's monotonic clock */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  | { type: 'persisted'; upToSeq: number }
  | { type: 'persistFailed'; upToSeq: number; code: string; message: string }
  | { type: 'message'; from: Bearer; message: CustodianMessage }
  /** what other parts of this peer have to write: with the tasks, so that one sequence of writes has one watermark */
  | { type: 'remember'; writes: { key: string; value: unknown }[] }
  /** this peer, as bearer, decided where the task goes; `to` undefined: it waits */
  | { type: 'decided'; task: TaskId; decision: Decision; to: Bearer | undefined }
  /** a baton leaves this peer, whose place it had chosen, as bearer, before the present custodians stood */
  | { type: 'handed'; task: TaskId; to: Bearer }
  /** a task that this peer bears and keeps has started here */
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** `peer` was met in this life: whatever its earlier lives had in hand, they have no more */
  | { type: 'bearerRestarted'; peer: PeerId; incarnation: Incarnation }

export type CustodianEffect =
  | { type: 'send'; to: PeerId; message: CustodianSays }
  /** along: no answer waits for it, so it may go with the next write that has haste */
  | { type: 'persist'; seq: number; writes: { key: string; value: unknown }[]; along?: true }
  /** this peer recovered a task: its bearer gets the baton, under a ballot of this peer; the lease counts from `leasedMs` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: true }
  /** the task's outcome is known to be chosen */
  | { type: 'closed'; task: TaskId; outcome: Outcome }
  | { type: 'recovered'; task: TaskId; ballot: Ballot; code: string }
  /** a recovered task's bearer died, and this run with it; `forMs`: how long it had gone on, where that is known */
  | { type: 'runLost'; task: TaskId; run: LostRun; forMs?: Millis }
  | { type: 'rejected'; from: PeerId; tag: string; code: string }
  | { type: 'storeState'; ok: boolean; code: string; message: string }
