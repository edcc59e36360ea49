import type { Millis, WallMillis } from '@souk/kernel'
import type {
  Attempt,
  Ballot,
  Baton,
  Bearer,
  Checkpoint,
  Decision,
  Incarnation,
  MessageOf,
  PeerId,
  Refusal,
  RunResult,
  Taker,
  TaskId,
  TaskRecord,
} from '@souk/wire'

/**
 * This host's answer to an offered baton. take: it is queued or started here · wait: there is no room, but it stays in these
 * hands, and market finds a place for it · or why it goes on to its next alternate.
 */
export type Admission = { do: 'take' } | { do: 'wait' } | { do: 'refuse'; refusal: Refusal }

/** What a bearer may be told by other peers. */
export type BearerMessage = MessageOf<
  'award' | 'accept' | 'renewed' | 'committed' | 'lacking' | 'fenced' | 'begun' | 'stored' | 'already' | 'unstored'
>

export type BearerInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation }
  /** the wall clock has moved against this peer's own */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  /** the local submitter or custodian gives a baton under a ballot of this peer; its lease counts from `leasedMs` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: boolean }
  | { type: 'durable'; task: TaskId }
  /** it is not ours to bear under this ballot */
  | { type: 'void'; task: TaskId; ballot: Ballot }
  | { type: 'message'; from: Bearer; message: BearerMessage }
  /** market's choice: hand these over, with where else they may go */
  | { type: 'handOver'; tasks: TaskId[]; to: Taker; alternates: Taker[] }
  /** market's choice: run these here, as that alternative of what they ask for */
  | { type: 'keep'; tasks: TaskId[]; alternative: number }
  /** market's verdict where the caller asked not to wait */
  | { type: 'unplaceable'; task: TaskId; message: string }
  /** what it waits for did not end as wanted, so it never starts */
  | { type: 'stranded'; task: TaskId; code: string; message: string }
  /** how the place of these was chosen: told to their custodians by and by */
  | { type: 'decided'; tasks: readonly TaskId[]; decision: Decision }
  /** this host's answer to an offered baton */
  | { type: 'admit'; task: TaskId; answer: Admission }
  | { type: 'began'; task: TaskId; ballot: Ballot }
  | { type: 'ended'; task: TaskId; ballot: Ballot; result: RunResult; stopCode: string | undefined }
  /** a second run of it, which this bearer asked for, came to a good end first */
  | { type: 'outrun'; task: TaskId; ballot: Ballot; host: PeerId; result: RunResult }
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: string }
  | { type: 'connected'; peer: PeerId; incarnation: Incarnation }
  /**
   * These go back to their custodians: this peer empties itself or is short of memory, once they no longer run; had-before:
   * those that wait, since only who must not have them again has room, which a new ballot knows nothing of
   */
  | { type: 'giveBack'; tasks: readonly TaskId[]; why: 'draining' | 'pressure' | 'had-before' }
  /** this peer is going: give everything up, as soon as it no longer runs */
  | { type: 'leave' }

/** What it tells them. */
export type BearerSays = MessageOf<
  | 'award'
  | 'accept'
  | 'bounce'
  | 'giveUp'
  | 'renew'
  | 'commit'
  | 'chosen'
  | 'stopped'
  | 'begin'
  | 'decided'
  | 'store'
  | 'moved'
>

export type BearerEffect =
  /** along: it has no haste, so it may go with the next message to that peer that has */
  | { type: 'send'; to: PeerId; message: BearerSays; along?: true }
  /** it may be placed now: market's turn; not with those to avoid, who had it before. again: it had a place here */
  | { type: 'waiting'; record: TaskRecord; attempts: number; avoid: readonly PeerId[]; again?: true }
  /** no longer ours to place or to start: room that was promised to it is free */
  | { type: 'withdrawn'; task: TaskId }
  /** somebody hands us a baton: may this host have it? Answer with `admit` */
  | { type: 'offered'; baton: Baton; from: PeerId }
  /** to the host's queue */
  | {
      type: 'take'
      record: TaskRecord
      alternative: number
      ballot: Ballot
      attempt: number
      leased: boolean
      /** where it goes on, if it was stopped elsewhere and left that */
      checkpoint?: Checkpoint
    }
  | {
      type: 'halt'
      task: TaskId
      ballot: Ballot
      code: 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'
    }
  | { type: 'bounced'; task: TaskId; ballot: Ballot; to: PeerId | undefined; refusal: Refusal }
  | { type: 'givenUp'; task: TaskId; ballot: Ballot; code: string; checkpointBytes?: number }
  | { type: 'leaseLost'; task: TaskId; ballot: Ballot }
  /** its outcome is chosen */
  | { type: 'chosen'; task: TaskId; ballot: Ballot }
  /** it leaves in a later version than that in which `decided` told where it goes: what this peer keeps of it hears so */
  | { type: 'handed'; task: TaskId; to: Bearer }
  /** others keep it from now on */
  | { type: 'succeeded'; task: TaskId; version: number; custodians: PeerId[] }
  | { type: 'rejected'; from: PeerId; code: string }
