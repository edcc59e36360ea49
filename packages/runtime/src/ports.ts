import type { Millis } from '@souk/kernel'
import type { MeasuredRun, RunOrder, ScaleIntent, StopCode, WarmOrder, Write } from '@souk/peer'
import type {
  Advert,
  Ballot,
  BlobRef,
  Certificate,
  Frame,
  Incarnation,
  LifeProof,
  PeerId,
  Removal,
  RunResult,
  TaskId,
} from '@souk/wire'

export type { MeasuredRun, WarmOrder } from '@souk/peer'

/** The ports that the driver needs. Adapters (layer 5) implement them; `node` joins them. */

export interface Clock {
  /** monotonic milliseconds */
  now(): number
  wall(): number
  /** calls back once; returns a cancel function */
  after(ms: number, callback: () => void): () => void
}

/** What a peer says of itself when a link opens; certificate and proof are checked. */
export interface PeerHello {
  certificate: Certificate
  incarnation: Incarnation
  /** its word for that incarnation */
  proof: LifeProof
  addresses: string[]
}

/** What a transport tells its driver. All synchronous; frames are already decoded and validated. */
export interface TransportEvents {
  /** stream open both ways, hellos checked by both */
  connected(peer: PeerId, hello: PeerHello): void
  disconnected(peer: PeerId, reason: string): void
  frame(from: PeerId, frame: Frame): void
  /** a decoded advert that came by gossip; its signature and certificate are checked by the driver's `Credentials` */
  gossip(advert: Advert): void
  /** somebody was removed, this peer perhaps, says one that refuses its link; to be checked by the driver's `Credentials` */
  removed(from: PeerId, removal: Removal): void
  /** something a peer sent was refused before it reached the machine */
  rejected(from: PeerId | undefined, code: string, detail: string): void
  /** a large transfer with it is over: how fast those went of late, the slower way of the two; never probed */
  transferred(peer: PeerId, bytesPerMs: number): void
}

export interface Transport {
  readonly self: PeerId
  start(events: TransportEvents, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** multiaddrs that others can dial, with /p2p/ID */
  addresses(): string[]
  /** Queues one frame to a connected peer. False: not connected, or its buffer is full (the frame is dropped). */
  send(to: PeerId, frame: Frame): boolean
  publish(advert: Advert): void
  /** Where a member can be dialled, by its signed advert; the transport connects to it when it is not connected. */
  learn(peer: PeerId, addresses: string[]): void
  /** Closes every link to a peer, once what was sent to it has left. Whom `Credentials` refuse gets no other, and is told why. */
  shut(peer: PeerId, code: string, message: string): void
  /** Dials a peer by its addresses; rejects with a coded error that names the failing hop. */
  dial(addresses: string[], signal: AbortSignal): Promise<PeerId>
  /** Reads a blob that another member has. Rejects with code `blob-missing`. */
  fetchBlob(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncIterable<Uint8Array>
  /** Gives a blob to another member to keep. */
  pushBlob(to: PeerId, blob: BlobRef, data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void>
}

/** Where blobs live. Content is verified against its hash on the way in. */
export interface BlobStore {
  has(hash: string): Promise<boolean>
  /** Stores a stream; `expected` (when given) is checked: code `blob-mismatch`. `blob-too-large` over sizeBytesMax. */
  put(data: AsyncIterable<Uint8Array>, options: { sizeBytesMax: number; expected?: BlobRef }): Promise<BlobRef>
  /** Rejects (on first read) with code `blob-missing`. */
  get(hash: string): AsyncIterable<Uint8Array>
  remove(hash: string): Promise<void>
}

export interface BlobInfo {
  hash: string
  sizeBytes: number
  /** when it was last put or read; to the second, by this host's wall clock */
  usedWallMs: number
}

/** What a collection has done. */
export interface Collected {
  /** removed, and the room that they took */
  blobs: number
  bytes: number
  kept: number
}

/** Blobs of which those that nobody needs any more can be found and removed. */
export interface CollectableBlobs extends BlobStore {
  /** Blobs in the order of their hashes, those behind `after`, at most `countMax` and never over 1024. */
  list(after?: string, countMax?: number): Promise<BlobInfo[]>
  /**
   * Removes every blob that was neither put nor read for `olderThanMs` and that `isNeeded` does not hold. It is asked
   * for each at the last moment: a put of the same content, or a read that begins, either comes before (then the blob is
   * young and stays) or waits and finds it gone. A read that has begun goes on to its end. `has` alone does not make it
   * young: `olderThanMs` must be longer than from a put to the task that names the blob. Rejects when aborted.
   */
  collect(isNeeded: (hash: string) => boolean, olderThanMs: number, signal: AbortSignal): Promise<Collected>
}

/** Durable records. One writer. */
export interface RecordStore {
  /** Opens, locks, verifies. Coded errors: `data-folder-in-use`, `store-damaged`, `store-newer`. */
  open(): Promise<void>
  /** everything kept under a prefix, checksums verified */
  entries(prefix: string): { key: string; value: unknown }[]
  get(key: string): unknown
  /** Writes all (undefined deletes) and resolves when they are on disk (fsync). Rejects with code `disk-full` or `io`. */
  write(writes: Write[]): Promise<void>
  close(): Promise<void>
}

/** One run of a task. */
export interface RunRef {
  task: TaskId
  ballot: Ballot
}

/**
 * What an executor reports, and may ask. All reports of one run come in order; `ran` is the last and comes exactly once, or
 * `takenBack` instead of all others.
 */
export interface RunEvents {
  /**
   * How long a leased run may go on from now if this peer falls silent, by what its custodians have confirmed. 0: it has
   * to end, and is about to be halted. No I/O.
   */
  leaseLeftMs(task: TaskId, ballot: Ballot): Millis
  running(task: TaskId, ballot: Ballot): void
  output(task: TaskId, ballot: Ballot, stream: 'stdout' | 'stderr', offset: number, data: Uint8Array): void
  /** `warmUpMs`: how long its worker took to get warm for it; 0: it was; undefined: not known */
  ran(task: TaskId, ballot: Ballot, result: RunResult, warmUpMs?: Millis): void
  /** of one that was lined up: it has not begun, and nothing is left of it */
  takenBack(task: TaskId, ballot: Ballot): void
  warmed(answer: Warmed): void
}

/** What became of an order to have workers stand warm; or, unasked, that one that stood warm is gone (`warm-lost`). */
export interface Warmed {
  class: string
  /** that are warm now, those that work included */
  workers: number
  /** how long the slowest cold one took; 0: all were warm */
  tookMs: Millis
  /** why there are fewer than ordered; `cannot-warm`: there is no such thing for this class */
  code?: string
  /** what went wrong with the first that did not get warm, for people; at most 512 characters */
  detail?: string
}

/** Runs tasks of one kind of work. */
export interface Executor {
  readonly kind: 'process' | 'function'
  start(events: RunEvents, signal: AbortSignal): Promise<void>
  stop(): Promise<void>
  /** never throws: what goes wrong becomes `ran` with end `refused` or `failed` */
  run(order: RunOrder): void
  /**
   * Has a run begin right after another one that is under way here, and after those that are lined up behind that already,
   * without a word in between. Its reports follow those of the runs before it; or `takenBack`, where this cannot be done.
   */
  lineUp?(order: RunOrder, behind: RunRef): void
  /** names of the functions of which it lines up calls; they stay the same once it has started */
  linedFunctions?(): readonly string[]
  /** Has a run that is lined up not begin. Answered by `takenBack`, unless it has begun already. */
  takeBack?(task: TaskId, ballot: Ballot): void
  /** Ends a run and everything it started. Idempotent; unknown runs are ignored. `ran` still follows for known ones. */
  halt(task: TaskId, ballot: Ballot, code: StopCode): void
  /** Has workers get warm, as far as they are free; without it nothing can be. Answered by `warmed`, unless one is under way. */
  warm?(order: WarmOrder): void
  /** every run of which `ran` was not told yet, and what it uses where that is known; no I/O */
  underWay(): MeasuredRun[]
}

/** Starts and ends other peers. */
export interface Scaler {
  readonly kind: string
  /**
   * Resolves once the peer runs, or has ended; rejects with a coded error. Aborted, it gives up. The same intent again is
   * the same order: what was done for it already is not done twice.
   */
  act(intent: ScaleIntent, signal: AbortSignal): Promise<void>
  /** ends what belongs to this process */
  stop(): Promise<void>
}

export interface ScalerOptions {
  scaler: Scaler
  /** a try takes at most so long */
  tryMsMax: number
}

/** What an executor needs of the rest: input files in, big outputs out. */
export interface BlobAccess {
  /** the blob as a local stream, fetched from one of `from` when it is not here */
  read(blob: BlobRef, from: PeerId[], signal: AbortSignal): AsyncIterable<Uint8Array>
  /** keeps it here and on `copies` before it resolves; copies that cannot be made in time are skipped */
  write(data: AsyncIterable<Uint8Array>, copies: PeerId[], sizeBytesMax: number, signal: AbortSignal): Promise<BlobRef>
}

/** This peer's key, its certificate, and the checks of everybody else's. */
export interface Credentials {
  readonly self: PeerId
  readonly certificate: Certificate
  sign(advert: Advert): Advert
  /** this peer's word that it is in this life, in this mesh */
  signLife(incarnation: Incarnation): LifeProof
  /** undefined when good, else the reason code */
  checkAdvert(advert: Advert): Promise<string | undefined>
  /** whether that peer itself said so */
  checkLife(peer: PeerId, incarnation: Incarnation, proof: LifeProof): Promise<string | undefined>
  checkCertificate(certificate: Certificate, peer: PeerId): Promise<string | undefined>
  /** whether the mesh itself said so */
  checkRemoval(removal: Removal): Promise<string | undefined>
  /** From now on every certificate and advert of that peer is refused. */
  revoke(removal: Removal): void
  /** by what it is refused: to be told to it */
  removalOf(peer: PeerId): Removal | undefined
}

/** An error with a stable code; `message` says what was seen, what was needed, and what to do. */
export class CodedError extends Error {
  readonly code: string

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
