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
 * This host's answer to an offered baton. take: the task is queued or started here · wait: there is no room, but this peer
 * bears it, and market finds a place for it · refuse: why the baton goes on to its next alternate.
 */
export type Admission = { do: 'take' } | { do: 'wait' } | { do: 'refuse'; refusal: Refusal }

/** Messages that a bearer takes from other peers, and from its own. */
export type BearerMessage = MessageOf<
  'award' | 'accept' | 'renewed' | 'committed' | 'lacking' | 'fenced' | 'begun' | 'stored' | 'already' | 'unstored'
>

export type BearerInput =
  | { type: 'start'; wallMs: WallMillis; incarnation: Incarnation }
  /** the wall clock was set: it has moved against this peer's monotonic clock */
  | { type: 'wall'; wallMs: WallMillis }
  | { type: 'wake' }
  /** a baton under a ballot of this peer, from its submitter or its custodian; the lease counts from `leasedMs` */
  | { type: 'bear'; record: TaskRecord; ballot: Ballot; attempts: Attempt[]; leasedMs: Millis; durable: boolean }
  /** a majority has stored the record under this peer's ballot: the task may run, or leave */
  | { type: 'durable'; task: TaskId }
  /** the submit came to nothing, or the task was known before: not to be borne under this ballot */
  | { type: 'void'; task: TaskId; ballot: Ballot }
  | { type: 'message'; from: Bearer; message: BearerMessage }
  /** market's choice: hand these over to that peer, which may pass them on to the alternates */
  | { type: 'handOver'; tasks: TaskId[]; to: Taker; alternates: Taker[] }
  /** market's choice: run these here, as that alternative of their requests */
  | { type: 'keep'; tasks: TaskId[]; alternative: number }
  /** market's verdict: nothing fits, and the caller asked not to wait */
  | { type: 'unplaceable'; task: TaskId; message: string }
  /** what the task waits for (`after:`) did not end as wanted, so it never starts */
  | { type: 'stranded'; task: TaskId; code: string; message: string }
  /** how the place of these was chosen: their custodians are told without haste */
  | { type: 'decided'; tasks: readonly TaskId[]; decision: Decision }
  /** this host's answer to an offered baton */
  | { type: 'admit'; task: TaskId; answer: Admission }
  | { type: 'began'; task: TaskId; ballot: Ballot }
  | { type: 'ended'; task: TaskId; ballot: Ballot; result: RunResult; stopCode: string | undefined }
  /** a second run, which this bearer asked another host for, succeeded before the one here ended */
  | { type: 'outrun'; task: TaskId; ballot: Ballot; host: PeerId; result: RunResult }
  | { type: 'dropped'; task: TaskId; ballot: Ballot; code: string }
  | { type: 'connected'; peer: PeerId; incarnation: Incarnation }
  /**
   * These go back to their custodians. draining, pressure: what runs does so once it has stopped. had-before: only what waits,
   * since every host with room is on the baton's path; under a new ballot it may go there again
   */
  | { type: 'giveBack'; tasks: readonly TaskId[]; why: 'draining' | 'pressure' | 'had-before' }
  /** this peer is going: every baton is given up, of a run once that has stopped */
  | { type: 'leave' }

/** Messages that a bearer sends. */
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
  /** along: without haste, so it may go with the next message to that peer that has */
  | { type: 'send'; to: PeerId; message: BearerSays; along?: true }
  /** market is to place it, not with those to avoid, who had the baton before. again: it had a place here */
  | { type: 'waiting'; record: TaskRecord; attempts: number; avoid: readonly PeerId[]; again?: true }
  /** no longer to be placed or started here: room that was promised to it is free */
  | { type: 'withdrawn'; task: TaskId }
  /** another peer hands a baton over: does this host take it? Answer with `admit` */
  | { type: 'offered'; baton: Baton; from: PeerId }
  /** the host is to queue or start it */
  | {
      type: 'take'
      record: TaskRecord
      alternative: number
      ballot: Ballot
      attempt: number
      leased: boolean
      /** what an earlier run left when it was stopped: this one goes on there */
      checkpoint?: Checkpoint
    }
  /** the host is to stop or unqueue it; answered by `ended` or `dropped` */
  | {
      type: 'halt'
      task: TaskId
      ballot: Ballot
      code: 'cancelled' | 'fenced' | 'shutdown' | 'draining' | 'pressure' | 'outrun'
    }
  | { type: 'bounced'; task: TaskId; ballot: Ballot; to: PeerId | undefined; refusal: Refusal }
  | { type: 'givenUp'; task: TaskId; ballot: Ballot; code: string; checkpointBytes?: number }
  | { type: 'leaseLost'; task: TaskId; ballot: Ballot }
  /** the outcome that this peer committed is chosen */
  | { type: 'chosen'; task: TaskId; ballot: Ballot }
  /**
   * A baton leaves now whose place was chosen in an earlier version (`decided` was told then): this peer, as custodian of the
   * present version, hears who has it
   */
  | { type: 'handed'; task: TaskId; to: Bearer }
  /** a next version stands: these custodians keep the task from now on */
  | { type: 'succeeded'; task: TaskId; version: number; custodians: PeerId[] }
  | { type: 'rejected'; from: PeerId; code: string }
