import type { MeasuredRun } from '@souk/host'
import type { Millis, WallMillis } from '@souk/kernel'
import type { PressureReadings } from '@souk/rebalance'
import type {
  Advert,
  Ballot,
  Certificate,
  Frame,
  Incarnation,
  LifeProof,
  Offer,
  PeerId,
  Removal,
  RunResult,
  TaskFilter,
  TaskId,
  TaskSpec,
  TaskState,
  TraceFilter,
} from '@souk/wire'

import type { NamedMove } from './named-move.ts'

/** A local client's request or subscription. The driver makes them; replies name them. */
export type ClientRef = number

/** A task and what its id is made of. */
export interface NamedTask {
  /** 23 base-32 characters: the hash of (tenant, idempotency key), made in the driver */
  nonce: string
  /** the client gave no key, so the id may be drawn again if custodians that it gives are away */
  drawable?: boolean
  /** if custodians that the id gives are away the task is refused as `key-unlucky`, and the client makes another key */
  choosy?: boolean
  spec: TaskSpec
}

/** One task of a submit. */
export interface Submission extends NamedTask {
  /** the client's own number for it, echoed in accepted / refused */
  tag: number
}

/** What the store held at start: one entry per key, checksums already verified by the driver. */
export interface StoredEntry {
  key: string
  value: unknown
}

/** The closed list of everything a peer can hear. Drivers verify signatures, certificates and schemas first. */
export type PeerInput =
  /** first input of a life. `incarnation` is higher than any this peer id had before, and durable */
  | {
      type: 'start'
      wallMs: WallMillis
      incarnation: Incarnation
      /** this peer's own word for that life, signed by the driver */
      proof: LifeProof
      stored: StoredEntry[]
      offer: Offer
      /** functions of which its executors line up calls, for all of this life */
      linedFunctions: readonly string[]
      certificate: Certificate
    }
  | { type: 'wake' }
  /** the stream to a member is open and both certificates were checked */
  | {
      type: 'connected'
      peer: PeerId
      certificate: Certificate
      incarnation: Incarnation
      /** its word for that life, checked as well */
      proof: LifeProof
      addresses: string[]
    }
  | { type: 'disconnected'; peer: PeerId }
  | { type: 'frame'; from: PeerId; frame: Frame }
  /** the driver refused something that was sent to it, before it could be an input */
  | { type: 'rejected'; from: PeerId | undefined; code: string; detail: string }
  /** an advert that came by gossip */
  | { type: 'gossip'; advert: Advert }
  /** everything up to this persist seq is on disk */
  | { type: 'persisted'; upToSeq: number }
  /** nothing from this persist seq on was written; the driver answers so for each until one works again */
  | { type: 'persistFailed'; fromSeq: number; upToSeq: number; code: 'disk-full' | 'io'; message: string }
  /** the executor began; `ran` always follows */
  | { type: 'running'; task: TaskId; ballot: Ballot }
  | { type: 'output'; task: TaskId; ballot: Ballot; stream: 'stdout' | 'stderr'; offset: number; data: Uint8Array }
  /** `warmUpMs`: how long its worker took to get warm; 0: the worker was warm; absent: not known */
  | { type: 'ran'; task: TaskId; ballot: Ballot; result: RunResult; warmUpMs?: Millis }
  /** a lined-up run has not begun and will not */
  | { type: 'takenBack'; task: TaskId; ballot: Ballot }
  /** result of a `warm` order: workers of the class that are warm now; code `cannot-warm`: they never can be */
  | { type: 'warmed'; class: string; workers: number; tookMs: Millis; code?: string; detail?: string }
  /** every run that the executors have at this moment, each once; every ten seconds */
  | { type: 'measured'; runs: readonly MeasuredRun[] }
  /** durable by `persist` when its accepted reply leaves; outcomes follow to the same client */
  | { type: 'submit'; client: ClientRef; tasks: Submission[] }
  /** answered by `cancelled`; `unendable`: also if most of its custodians were removed, giving up what those knew of it */
  | { type: 'cancel'; client: ClientRef; task: TaskId; reason: string; unendable?: true }
  /** answered by `view`; with `watch` also on every change until closed */
  | { type: 'query'; client: ClientRef; task: TaskId; watch: boolean }
  /** answered by `listed`; `everywhere` asks the other reachable peers too */
  | {
      type: 'list'
      client: ClientRef
      limit: number
      prefix: string
      states: TaskState[]
      everywhere: boolean
      filter?: TaskFilter
    }
  /** answered by `planned`: where each objective would put these tasks; nothing is reserved or submitted */
  | {
      type: 'plan'
      client: ClientRef
      tasks: TaskSpec[]
      /** for each task: the indexes in `tasks` of those that must have ended before it starts */
      afters: readonly (readonly number[])[]
      assumedMs: Millis
    }
  /** carries out moves of a plan: the hosts ask the bearers for the tasks; answered by `moved` */
  | { type: 'move'; client: ClientRef; moves: readonly NamedMove[] }
  /**
   * answered by `traced`: the newest trace events that fit the filter, of all peers that can be asked; at most `limit`.
   * `sinces`: for these peers in place of the filter's sinceWallMs
   */
  | {
      type: 'readTrace'
      client: ClientRef
      filter: TraceFilter
      sinces?: ReadonlyMap<PeerId, WallMillis>
      limit: number
    }
  /** answered by `output` from the start of the run, wherever it runs, then `outputEnd` */
  | { type: 'follow'; client: ClientRef; task: TaskId }
  /** this client reads no more */
  | { type: 'gone'; client: ClientRef }
  /** what this host offers has changed (inventory, an agent came or went) */
  | { type: 'offer'; offer: Offer }
  | { type: 'addresses'; addresses: string[] }
  /**
   * this peer takes nothing new and hands over what waits here; runs left after `deadlineMs` are stopped and given back. It
   * holds for later lives too, except with `leaving`: then only this life is about to end, and the next takes work
   */
  | { type: 'drain'; on: boolean; deadlineMs?: Millis; leaving?: boolean }
  /**
   * an admin removes a peer for good; `written`: this peer's store already has it under its `removalKey`, so that no peer hears
   * of a removal before it is durable where it was made
   */
  | { type: 'remove'; removal: Removal; written?: boolean }
  /** carries out the present capacity decision now, even if scaling is not automatic or has just acted */
  | { type: 'scaleNow' }
  /** the scaler's answer to an order: code `done`, or why not */
  | { type: 'scaled'; intent: string; code: string }
  /** tells the others; the driver stops after the effects of this step are out */
  | { type: 'leave' }
  /** the driver's own event-loop lag over the last second: a slow observer suspects less (Lifeguard) */
  | { type: 'lag'; lagMs: Millis }
  /** the wall clock has moved against this peer's monotonic clock: the host slept, or the wall clock was set */
  | { type: 'wall'; wallMs: WallMillis }
  /** what this host has left of memory, disk and the like, every few seconds */
  | { type: 'readings'; readings: PressureReadings }
  /** the rate of recent large transfers with that peer, after each transfer */
  | { type: 'rate'; peer: PeerId; bytesPerMs: number }
