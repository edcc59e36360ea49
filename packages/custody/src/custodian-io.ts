import type { WallMillis } from '@souk/kernel'
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
  TaskSpec,
} from '@souk/wire'

/** What a custodian may be told by other peers. */
export type CustodianMessage = MessageOf<
  'accept' | 'bounce' | 'giveUp' | 'renew' | 'commit' | 'stopped' | 'cancel' | 'query' | 'list'
>

export type CustodianInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation; stored: { key: string; value: unknown }[] }
  | { type: 'wake' }
  | { type: 'submit'; client: number; tag: number; nonce: string; spec: TaskSpec }
  | { type: 'persisted'; upToSeq: number }
  | { type: 'persistFailed'; upToSeq: number; code: string; message: string }
  | { type: 'message'; from: Bearer; message: CustodianMessage }
  /** this peer, as bearer, decided where it goes, and where it may be passed on to; `to` undefined: it waits */
  | { type: 'decided'; task: TaskId; decision: Decision; to: Bearer | undefined; alternates: readonly Bearer[] }
  /** a task that this peer bears and keeps has started here */
  | { type: 'began'; task: TaskId; ballot: Ballot }
  /** a life of this peer began: whatever an earlier life bore is over */
  | { type: 'bearerRestarted'; peer: PeerId; incarnation: Incarnation }
  /** a local client reads no more */
  | { type: 'gone'; client: number }

export type CustodianEffect =
  | {
      type: 'send'
      to: PeerId
      message: MessageOf<'renewed' | 'committed' | 'fenced' | 'cancelled' | 'view' | 'listed'>
    }
  | { type: 'persist'; seq: number; writes: { key: string; value: unknown }[] }
  /** the local bearer gets a baton under a ballot of this peer; it may be handed over once `durable` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; durable: boolean }
  | { type: 'durable'; task: TaskId }
  /** the record could not be written: the local bearer drops it */
  | { type: 'void'; task: TaskId }
  | { type: 'accepted'; client: number; tag: number; task: TaskId }
  | { type: 'refused'; client: number; tag: number; code: string; message: string }
  | { type: 'closed'; task: TaskId; outcome: Outcome; clients: number[] }
  | { type: 'recovered'; task: TaskId; ballot: Ballot; code: string }
  | { type: 'storeState'; ok: boolean; code: string; message: string }
