import { Deadlines, type Millis, type WallMillis } from '@souk/kernel'
import {
  type Attempt,
  type Ballot,
  type Bearer,
  compareBallots,
  type Incarnation,
  originTag,
  originTagOf,
  type PeerId,
  type TaskId,
} from '@souk/wire'
import { Archive } from './archive.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, mayHold, noteEvent } from './entry.ts'
import { Journal } from './journal.ts'
import { mayBegin } from './quorum.ts'
import { taskKey, toStored } from './stored-task.ts'

/** Writes of one task that may wait for the disk at once: its record, that it runs, a promise, its outcome. */
const journalPerTask = 4

/** What goes on when a write is on disk, or was refused. */
export type Pending =
  | { kind: 'store'; entry: Entry }
  | { kind: 'promise'; entry: Entry; next: 'bear' | 'fence'; code: string }
  | { kind: 'outcome'; entry: Entry; commit: { from: PeerId; ballot: Ballot } | undefined }
  /** nothing waits for it */
  | { kind: 'note' }

/** A custodian's tasks with their leases, its journal and its clock: what can be done to an entry, without deciding it. */
export class TaskBook {
  readonly archive = new Archive()
  readonly leases = new Deadlines<TaskId>()
  /** writes that the disk refused, to be tried again */
  readonly retries = new Deadlines<TaskId>()
  readonly journal: Journal<Pending>
  /** who waits for an outcome; most clients that go never did, and then no task has to be looked at */
  readonly #clients = new Set<number>()
  readonly #config: CustodyConfig
  readonly #self: PeerId
  #incarnation: Incarnation = 0
  #wallOffset: WallMillis = 0

  constructor(config: CustodyConfig, self: PeerId) {
    this.#config = config
    this.#self = self
    this.journal = new Journal(journalPerTask * config.openMax)
  }

  start(wallMs: WallMillis, incarnation: Incarnation, now: Millis): void {
    this.#incarnation = incarnation
    this.#wallOffset = wallMs - now
  }

  /** This peer, in this life of it. */
  get life(): Bearer {
    return { peer: this.#self, incarnation: this.#incarnation }
  }

  /** The first ballot of a task of this peer, or the one after `promised`. */
  ballotAfter(promised: Ballot | undefined): Ballot {
    return { counter: (promised?.counter ?? 0) + 1, peer: this.#self, incarnation: this.#incarnation }
  }

  /** A new ballot of this peer: its counter was never used before, since it goes to disk before anybody hears of it. */
  raise(entry: Entry): void {
    entry.promised = this.ballotAfter(entry.promised)
    entry.bearer = undefined
    entry.holders = []
    entry.keptIn = undefined
    entry.confirmed = false
    entry.bearerState = 'waiting'
  }

  /** This local client is told the outcome. */
  addClient(entry: Entry, client: number): void {
    if (!entry.clients.includes(client)) entry.clients.push(client)
    this.#clients.add(client)
  }

  /** This local client reads no more. */
  onGone(client: number): void {
    if (!this.#clients.delete(client)) return
    for (const entry of this.archive.entries()) {
      if (entry.clients.includes(client)) entry.clients = entry.clients.filter((c) => c !== client)
    }
  }

  /** Whether a task's id says that it was submitted here; while k = 1 this peer is then its custodian. */
  isOwn(task: TaskId): boolean {
    return originTagOf(task) === originTag(this.#self)
  }

  /**
   * Whether a commit under this ballot is its bearer's. A ballot above the promised one was begun by another
   * custodian, or it is forged: this peer begins none that it does not remember.
   */
  mayCommit(entry: Entry, from: PeerId, ballot: Ballot): boolean {
    const order = compareBallots(ballot, entry.promised)
    if (order === 0) return mayHold(entry, from)
    return order > 0 && ballot.peer !== this.#self && mayBegin(entry.record, ballot)
  }

  /**
   * A bearer that has not said that it has the baton may get it as late as it is still offered (2 leases after it
   * left), and counts its lease from then; one that has counts from before we heard it.
   */
  extendLease(entry: Entry, now: Millis): void {
    const { leaseMs, graceMs } = this.#config
    const elsewhere = entry.bearer !== undefined && entry.bearer.peer !== this.#self
    const ms = elsewhere && !entry.confirmed ? 2 * leaseMs : leaseMs
    this.leases.set(entry.record.id, now + ms + graceMs)
  }

  failed(entry: Entry, host: PeerId, code: string, message: string): void {
    const attempt: Attempt = { ballot: entry.promised, host, code, message: message.slice(0, 500) }
    if (entry.attempts.length < 128) entry.attempts.push(attempt)
  }

  /** Nothing of it is left, its deadlines included: the same key may come again. */
  forget(task: TaskId): void {
    this.archive.remove(task)
    this.leases.delete(task)
    this.retries.delete(task)
  }

  persist(writes: { key: string; value: unknown }[], pending: Pending, out: CustodianEffect[]): void {
    out.push({ type: 'persist', seq: this.journal.next(pending), writes })
  }

  /** Writes the entry as it is now. True: it keeps nothing on disk, so there is nothing to wait for. */
  save(entry: Entry, pending: Pending, out: CustodianEffect[]): boolean {
    if (entry.record.spec.durability === 'none') return true
    this.persist([{ key: taskKey(entry.record.id), value: toStored(entry) }], pending, out)
    return false
  }

  note(entry: Entry, event: string, detail: string, now: Millis): void {
    noteEvent(entry, { wallMs: this.wall(now), peer: this.#self, event, detail }, this.#config.timelineMax)
  }

  wall(now: Millis): WallMillis {
    return Math.round(this.#wallOffset + now)
  }
}
