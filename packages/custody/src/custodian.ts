import { earliest, type Machine, type Millis } from '@souk/kernel'
import type { Attempt, Ballot, Bearer, Outcome, PeerId, TaskId, TaskRecord } from '@souk/wire'
import { BearerReports } from './bearer-reports.ts'
import { Closings } from './closings.ts'
import type { CustodyConfig } from './config.ts'
import { Copies } from './copies.ts'
import type { CustodianEffect, CustodianInput, CustodianMessage } from './custodian-io.ts'
import { EndWatchers } from './end-watchers.ts'
import { outcomeOf, stateOf } from './entry.ts'
import { mayTell } from './may-tell.ts'
import { Proposer } from './proposer.ts'
import { Readers } from './readers.ts'
import { Requests } from './requests.ts'
import { Retention } from './retention.ts'
import { loadEntries } from './stored-task.ts'
import { type Pending, TaskBook } from './task-book.ts'
import type { MeshView } from './views.ts'
import { type StoreState, Voter } from './voter.ts'

type Out = CustodianEffect[]

/**
 * Keeps the records of tasks for their origins, as one of each task's 1, 3 or 5 custodians. It routes every input to the
 * part that sees to it: votes (`voter.ts`), reports of bearers (`bearer-reports.ts`), recovery and cancels (`proposer.ts`),
 * decrees that were chosen (`closings.ts`), requests of clients (`requests.ts`).
 *
 * Invariants: I1 a task has one outcome, for ever. I2 an answer leaves only once what it says is on disk. I3 within a
 * version `promised` never falls. I4 one decree is chosen per version. I8 attempts are bounded by the spec.
 * Inputs: messages, the disk's watermark, what this peer's own bearer does. Effects: sends, persists, recovered batons.
 * Bounds: openMax, closedMax, watchersMax.
 */
export class Custodian implements Machine<CustodianInput, CustodianEffect> {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #closings: Closings
  readonly #proposer: Proposer
  readonly #reports: BearerReports
  readonly #voter: Voter
  readonly #copies: Copies
  readonly #requests: Requests
  readonly #retention: Retention
  readonly #store: StoreState = { ok: true, code: '', message: '' }

  constructor(config: CustodyConfig, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    const book = new TaskBook(config, self)
    this.#book = book
    const readers = new Readers(config, book.archive, { self, mesh })
    const endWatchers = new EndWatchers(config, book.archive)
    this.#closings = new Closings(self, book, { readers, endWatchers })
    this.#proposer = new Proposer(config, { self, book, closings: this.#closings, mesh })
    this.#reports = new BearerReports(config, { book, readers, proposer: this.#proposer })
    const store = this.#store
    this.#voter = new Voter(config, { self, book, readers, mesh, store })
    this.#copies = new Copies(config, { self, book, mesh })
    const parts = { book, readers, endWatchers, closings: this.#closings, proposer: this.#proposer, mesh }
    this.#requests = new Requests(config, parts)
    this.#retention = new Retention(config, parts)
  }

  step(input: CustodianInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#onStart(input, now)
        break
      case 'wall':
        this.#book.setWall(input.wallMs, now)
        break
      case 'persisted':
        this.#onPersisted(input.upToSeq, now, out)
        break
      case 'persistFailed':
        this.#onPersistFailed(input, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'remember':
        this.#book.remember(input.writes, out)
        break
      case 'decided':
        this.#reports.onPlaced(input, now, out)
        break
      case 'handed':
        this.#reports.onHanded(input.task, input.to, now)
        break
      case 'began':
        this.#reports.onBegan(input.task, input.ballot, now, out)
        break
      case 'bearerRestarted':
        this.#reports.onBearerRestarted(input.peer, input.incarnation, now)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    const { leases, expiries } = this.#book
    return earliest(
      leases.next(),
      expiries.next(),
      this.#book.nextDecision(),
      this.#retention.nextWakeup(),
      this.#proposer.nextWakeup(),
      this.#copies.nextWakeup(),
    )
  }

  snapshot() {
    const tasks: Record<string, number> = {}
    for (const entry of this.#book.archive.entries()) {
      // Only the first custodian counts a task, so that the sum over all peers is the number of tasks.
      if (entry.phase === 'moved' || entry.record.custodians[0] !== this.#self) continue
      const name = outcomeOf(entry)?.kind ?? stateOf(entry)
      tasks[name] = (tasks[name] ?? 0) + 1
    }
    const { openCount, size } = this.#book.archive
    return { tasks, open: openCount, kept: size, undertaken: this.#proposer.size, storeOk: this.#store.ok }
  }

  /** The record and the promised ballot of a task that is kept here. */
  find(task: TaskId): { record: TaskRecord; promised: Ballot } | undefined {
    const entry = this.#book.archive.get(task)
    return entry?.phase === 'moved' ? undefined : entry
  }

  /** Every task that is kept here, not only pointed to, with the outcome that was accepted (not yet chosen, perhaps). */
  *tasks(): Iterable<{ record: TaskRecord; attempts: readonly Attempt[]; outcome: Outcome | undefined }> {
    for (const { phase, record, attempts, accepted } of this.#book.archive.entries()) {
      if (phase === 'moved') continue
      yield { record, attempts, outcome: accepted?.decree.kind === 'outcome' ? accepted.decree.outcome : undefined }
    }
  }

  #onStart(input: Extract<CustodianInput, { type: 'start' }>, now: Millis): void {
    const book = this.#book
    const { tasks, whole } = loadEntries(input.stored)
    book.start(input.wallMs, input.incarnation, now)
    if (!whole) book.distrustDisk()
    this.#retention.start(now)
    for (const { entry, overWallMs } of tasks) {
      book.archive.add(entry)
      if (overWallMs !== undefined) book.archive.close(entry.record.id, overWallMs)
      else if (entry.keptIn !== undefined) {
        // An earlier life of this peer, its only custodian, ran it. The guardian has ended that run: no lease to wait for.
        entry.bearer = { peer: this.#self, incarnation: entry.keptIn }
        book.endLease(entry, now)
      } else book.grantLease(entry, now)
      if (overWallMs === undefined) book.watchExpiry(entry.record, now)
    }
  }

  // ---- the disk

  #onPersisted(upToSeq: number, now: Millis, out: Out): void {
    if (!this.#store.ok) {
      Object.assign(this.#store, { ok: true, code: '', message: '' })
      out.push({ type: 'storeState', ...this.#store })
    }
    for (const pending of this.#book.journal.settle(upToSeq)) {
      this.#book.onWritten(pending)
      if (pending.kind === 'store') this.#voter.onStored(pending, now, out)
      else if (pending.kind === 'answer') this.#voter.onAnswerWritten(pending, out)
    }
    this.#book.writeRefused(out)
  }

  #onPersistFailed({ upToSeq, code, message }: Extract<CustodianInput, { type: 'persistFailed' }>, out: Out): void {
    Object.assign(this.#store, { ok: false, code, message })
    out.push({ type: 'storeState', ...this.#store })
    for (const pending of this.#book.journal.settle(upToSeq)) this.#onNotWritten(pending, out)
  }

  /** A vote that the disk refused is not answered: its asker repeats itself, which writes it again. A STORE is told why. */
  #onNotWritten(pending: Pending, out: Out): void {
    this.#book.onLost(pending)
    if (pending.kind === 'store') this.#voter.onNotStored(pending, this.#store, out)
  }

  // ---- messages

  #onMessage(from: Bearer, message: CustodianMessage, now: Millis, out: Out): void {
    const task =
      'record' in message && message.record ? message.record.id : 'task' in message ? message.task : undefined
    // Who was asked where a task went is believed, whether it keeps it itself or not.
    const asked = (message.t === 'moved' || message.t === 'chosen') && this.#proposer.asked(message.task, from.peer)
    if (!asked && !mayTell(from, message, task === undefined ? undefined : this.#book.archive.get(task))) {
      out.push({ type: 'rejected', from: from.peer, tag: message.t, code: 'not-concerned' })
      return
    }
    switch (message.t) {
      case 'store':
        this.#voter.onStore(from, message, now, out)
        break
      case 'drop':
        this.#voter.onDrop(message, out)
        break
      case 'leaseAsk':
        this.#voter.onLeaseAsk(from.peer, message, now, out)
        break
      case 'prepare':
        this.#voter.onPrepare(from, message, now, out)
        this.#onPrepared(message.task, now)
        break
      case 'commit':
        this.#voter.onCommit(from, message, now, out)
        this.#reports.onCommit(from.peer, message)
        break
      case 'begin':
        this.#voter.onBegin(from, message, out)
        break
      case 'renew':
        this.#reports.onRenew(from.peer, message, now, out)
        break
      case 'giveUp':
        this.#reports.onGiveUp(from, message, now, out)
        break
      case 'decided':
        this.#reports.onDecided(from.peer, message, now)
        break
      case 'chosen':
        this.#proposer.onChosen(message, now, out)
        this.#closings.onChosen(message, now, out)
        break
      case 'moved':
        this.#proposer.onMoved(message, now, out)
        this.#closings.onMoved(message, now, out)
        break
      case 'copy':
        this.#copies.onCopy(message.record.id)
        this.#closings.onCopy(from.peer, message, now, out)
        break
      case 'cancel':
      case 'await':
      case 'query':
      case 'list':
      case 'watch':
        this.#requests.onMessage(from.peer, message, now, out)
        break
      default:
        if (message.t === 'stored') this.#copies.onStored(from.peer, message, out)
        this.#proposer.onMessage(from, message, now, out)
    }
  }

  /** A task that is to end was prepared by a proposer, which may die before it is through: then this custodian goes on. */
  #onPrepared(task: TaskId, now: Millis): void {
    const entry = this.#book.archive.get(task)
    if (entry?.ending && entry.phase === 'open') this.#proposer.onEnding(entry, now)
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    const { expiries } = this.#book
    for (let entry = this.#book.popLeaseEnded(now); entry; entry = this.#book.popLeaseEnded(now)) {
      this.#proposer.onLeaseEnded(entry, now, out)
    }
    for (let task = expiries.popDue(now); task !== undefined; task = expiries.popDue(now))
      this.#onExpired(task, now, out)
    this.#book.saveDecisions(now, out)
    this.#proposer.onWake(now, out)
    this.#copies.onWake(now, out)
    if (now >= this.#retention.nextWakeup()) {
      this.#retention.sweep(now, out)
      this.#copies.look(now)
    }
  }

  #onExpired(task: TaskId, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(task)
    if (!entry || (entry.phase !== 'open' && entry.phase !== 'storing')) return
    const { expiresMs } = entry.record.spec
    entry.ending ??= { kind: 'expired', reason: `it had no outcome ${expiresMs} ms after it was submitted` }
    const rank = Math.max(0, entry.record.custodians.indexOf(this.#self))
    if (rank === 0) this.#proposer.close(entry, now, out)
    else this.#proposer.later(task, now + rank * this.#config.staggerMs)
  }
}
