import type { Machine, Millis } from '@souk/kernel'
import type { NamedTask, PeerEffect, PeerInput, Submission, Tracing } from '@souk/peer'
import type { Ballot, Incarnation, LoadStamp, Offer, PeerId, TaskId } from '@souk/wire'
import type { PeerBlobs } from './blob-access.ts'
import type { KeptBlobs } from './blob-upkeep.ts'
import type { LagMeter } from './event-loop-lag.ts'
import type { Clock, CollectableBlobs, Credentials, Executor, RecordStore, ScalerOptions, Transport } from './ports.ts'

/** The whole peer as its driver sees it. */
export interface PeerMachine extends Machine<PeerInput, PeerEffect>, KeptBlobs {
  loadStamp(): LoadStamp
  /** plain data of it; what depends on the time as at `now` */
  snapshot(now?: Millis): unknown
  /** when this run has to stop unless its lease is confirmed before; undefined: it does not run here by this ballot */
  runsUntilMs(task: TaskId, ballot: Ballot): Millis | undefined
  /** who would keep this task, were it submitted now; undefined: it would be refused */
  custodiansOf(submission: Submission): readonly PeerId[] | undefined
  /** why a client that has just made up this key had better make another, if so */
  whyUnlucky(task: NamedTask): { code: string; message: string } | undefined
  /** While off the machine builds no trace effects. */
  setTracing?(tracing: Tracing): void
}

export type DriverLog = (level: 'info' | 'warn' | 'error', message: string, fields: Record<string, unknown>) => void

export interface DriverOptions {
  peer: PeerMachine
  clock: Clock
  transport: Transport
  /** open; the driver closes it in `stop` */
  records: RecordStore
  /** one for each kind of work that may run here */
  executors: Executor[]
  credentials: Credentials
  /** Tasks' files and large output: given to custodians, fetched as one of them, removed when no task needs them. */
  blobs?: { store: CollectableBlobs; access: PeerBlobs }
  log?: DriverLog
  lag?: LagMeter
  /** what starts and ends other peers, where the machine may order that */
  scaling?: ScalerOptions
}

export interface DriverStart {
  /** higher than any this peer id had before, and durable */
  incarnation: Incarnation
  /** asked once the executors are up, since what they found is part of it */
  offer: () => Offer
}

/** What the driver has done since it started. */
export interface DriverCounters {
  inputs: number
  framesIn: number
  messagesIn: number
  framesOut: number
  messagesOut: number
  messagesDropped: number
  commits: number
  entriesWritten: number
  /** what was refused before the machine saw it, by code */
  rejected: Record<string, number>
}
