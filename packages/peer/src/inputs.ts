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

/** A task and what makes its id. */
export interface NamedTask {
  /** 23 base-32 characters: the hash of (tenant, idempotency key), made in the driver */
  nonce: string
  /** there is no key that anybody could say again: its id may be drawn again where custodians are away */
  drawable?: boolean
  /** the client makes another key where custodians are away: refused as `key-unlucky` then, before anything happens */
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

/** Everything a peer can hear. Drivers verify signatures, certificates and schemas before. */
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
  /** something that somebody sent was refused by the driver, before it could be an input */
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
  /** `warmUpMs`: how long its worker took to get warm for it; 0: it was; absent: not known */
  | { type: 'ran'; task: TaskId; ballot: Ballot; result: RunResult; warmUpMs?: Millis }
  /** of one that was lined up: it has not begun, and will not */
  | { type: 'takenBack'; task: TaskId; ballot: Ballot }
  /** what became of a `warm` order: so many workers of the class are warm now; `cannot-warm`: they never can be */
  | { type: 'warmed'; class: string; workers: number; tookMs: Millis; code?: string; detail?: string }
  /** every run that the executors have at this moment, each once; every ten seconds */
  | { type: 'measured'; runs: readonly MeasuredRun[] }
  /** durable by `persist` when its accepted reply leaves; outcomes follow to the same client */
  | { type: 'submit'; client: ClientRef; tasks: Submission[] }
  | { type: 'cancel'; client: ClientRef; task: TaskId; reason: string }
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
  /** answered by `planned`: where each objective would put these, all at once; nothing is reserved or submitted */
  | {
      type: 'plan'
      client: ClientRef
      tasks: TaskSpec[]
      /** of each: the places in `tasks` of those that must have ended before it starts */
      afters: readonly (readonly number[])[]
      assumedMs: Millis
    }
  /** answered by `moved`: those hosts ask those bearers for these tasks */
  | { type: 'move'; client: ClientRef; moves: readonly NamedMove[] }
  /**
   * answered by `traced`: the newest trace events of all that can be asked, that fit; at most `limit`. `sinces`: for these
   * instead of the filter's own time
   */
  | {
      type: 'readTrace'
      client: ClientRef
      filter: TraceFilter
      sinces?: ReadonlyMap<PeerId, WallMillis>
      limit: number
    }
  /** live output from the start, wherever it runs, then the rest from its outcome */
  | { type: 'follow'; client: ClientRef; task: TaskId }
  /** this client reads no more */
  | { type: 'gone'; client: ClientRef }
  /** what this host offers has changed (inventory, an agent came or went) */
  | { type: 'offer'; offer: Offer }
  | { type: 'addresses'; addresses: string[] }
  /**
   * it takes nothing new and hands over what waits here; what still runs after `deadlineMs` is stopped and given back. It holds
   * for later lives too, but for `leaving`: this one is about to end, and the next takes work
   */
  | { type: 'drain'; on: boolean; deadlineMs?: Millis; leaving?: boolean }
  /**
   * Somebody with the key of the mesh removes a peer for good; `written`: the store of this one has it already under its
   * `removalKey`, so that nobody hears of it before it is durable where it began
   */
  | { type: 'remove'; removal: Removal; written?: boolean }
  /** what is decided of the mesh's capacity is done now, though it is not automatic or was done just before */
  | { type: 'scaleNow' }
  /** the scaler's answer to an order; `done`, or why not */
  | { type: 'scaled'; intent: string; code: string }
  /** tells the others; the driver stops after the effects of this step are out */
  | { type: 'leave' }
  /** the driver's own event-loop lag over the last second: a slow observer suspects less (Lifeguard) */
  | { type: 'lag'; lagMs: Millis }
  /** the wall clock has moved against this peer's own, which stands still while its host sleeps; or it was set */
  | { type: 'wall'; wallMs: WallMillis }
  /** what this host has left of what runs short, every few seconds */
  | { type: 'readings'; readings: PressureReadings }
  /** how fast large transfers with that peer went of late; after each of them */
  | { type: 'rate'; peer: PeerId; bytesPerMs: number }
