import type { Machine, Millis } from '@souk/kernel'
import { type Ballot, type Bearer, type PeerId, type TaskId, type TaskRecord, taskId } from '@souk/wire'
import { BearerReports } from './bearer-reports.ts'
import type { CustodyConfig } from './config.ts'
import { CustodianEndings } from './custodian-endings.ts'
import type { CustodianEffect, CustodianInput, CustodianMessage } from './custodian-io.ts'
import { type Entry, enterHands, enterPhase, newEntry, offerTo } from './entry.ts'
import { Readers } from './readers.ts'
import { Recovery } from './recovery.ts'
import { loadEntries, taskKey } from './stored-task.ts'
import { type Pending, TaskBook } from './task-book.ts'

type Out = CustodianEffect[]

/**
 * What a task may become. With k = 1 the origin is the one custodian of its tasks; a majority of one is one.
 *
 * Invariants: I1 one outcome a task, for ever (`closed` is final; a commit under a ballot below the promise is
 * fenced). I2 accepted is answered only behind the disk's watermark. I3 `promised` never falls and is on disk
 * before anybody acts on it. I8 attempts are bounded by the spec.
 * Inputs: submits, what bearers say, the disk's watermark. Effects: sends, persists, batons for the local bearer,
 * and what clients hear. Bounds: openMax, closedMax, watchersMax.
 */
export class Custodian implements Machine<CustodianInput, CustodianEffect> {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #endings: CustodianEndings
  readonly #recovery: Recovery
  readonly #reports: BearerReports
  #nextSweep: Millis = 0
  #storeOk = true

  constructor(config: CustodyConfig, { self }: { self: PeerId }) {
    this.#config = config
    this.#self = self
    this.#book = new TaskBook(config, self)
    this.#readers = new Readers(config, this.#book.archive)
    this.#endings = new CustodianEndings(config, this.#book, this.#readers)
    this.#recovery = new Recovery(this.#book, this.#readers, this.#endings)
    this.#reports = new BearerReports(this.#book, this.#readers, this.#endings, this.#recovery)
  }

  step(input: CustodianInput, now: Millis, out: Out): void {
    switch (input.type) {
      case 'start':
        this.#onStart(input, now)
        break
      case 'submit':
        this.#onSubmit(input, now, out)
        break
      case 'persisted':
        this.#onPersisted(input.upToSeq, now, out)
        break
      case 'persistFailed':
        this.#onPersistFailed(input, now, out)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'decided':
        this.#reports.onDecided(input, now, out)
        break
      case 'began':
        this.#reports.onBegan(input.task, input.ballot, now, out)
        break
      case 'bearerRestarted':
        this.#reports.onBearerRestarted(input.peer, input.incarnation, now, out)
        break
      case 'gone':
        this.#book.onGone(input.client)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    const due = Math.min(this.#book.leases.next() ?? Infinity, this.#book.retries.next() ?? Infinity, this.#nextSweep)
    return due === Infinity ? undefined : due
  }

  snapshot() {
    const tasks: Record<string, number> = {}
    for (const entry of this.#book.archive.entries()) {
      const name =
        entry.phase === 'closed' ? entry.outcome!.kind : entry.phase === 'open' ? entry.bearerState : entry.phase
      tasks[name] = (tasks[name] ?? 0) + 1
    }
    return { tasks, open: this.#book.archive.openCount, storeOk: this.#storeOk }
  }

  /** The record and the promised ballot of a task that is kept here. */
  find(task: TaskId): { record: TaskRecord; promised: Ballot } | undefined {
    return this.#book.archive.get(task)
  }

  // ---- submit and start

  #onStart(input: Extract<CustodianInput, { type: 'start' }>, now: Millis): void {
    this.#book.start(input.wallMs, input.incarnation, now)
    this.#nextSweep = now + 60_000
    for (const entry of loadEntries(input.stored)) {
      this.#book.archive.add(entry)
      if (entry.outcome) this.#book.archive.close(entry.record.id, entry.outcome.endedWallMs)
      else if (entry.keptIn !== undefined && entry.phase === 'open') {
        // It ran here: that life is over, and its guardian has seen to the run.
        enterHands(entry, { peer: this.#self, incarnation: entry.keptIn })
        this.#book.leases.set(entry.record.id, now)
      } else {
        // Whoever bore it may still: its lease starts anew on this clock.
        this.#book.extendLease(entry, now)
      }
    }
  }

  #onSubmit(input: Extract<CustodianInput, { type: 'submit' }>, now: Millis, out: Out): void {
    const { client, tag, spec } = input
    const id = taskId(input.nonce, this.#self)
    const known = this.#book.archive.get(id)
    if (known) {
      this.#onSubmitAgain(known, client, tag, out)
      return
    }
    if (this.#book.archive.openCount >= this.#config.openMax || this.#book.journal.full) {
      const message = `this peer keeps ${this.#config.openMax} unfinished tasks already; submit to another peer, or later`
      out.push({ type: 'refused', client, tag, code: 'too-many-tasks', message })
      return
    }
    const submittedWallMs = this.#book.wall(now)
    const record: TaskRecord = { id, spec, origin: this.#self, submittedWallMs, custodians: [this.#self], version: 1 }
    const entry = newEntry(record, this.#book.ballotAfter(undefined))
    this.#book.addClient(entry, client)
    this.#book.archive.add(entry)
    const durable = spec.durability === 'none'
    entry.submitters.push({ client, tag })
    if (durable) this.#onStored(entry, now, out)
    else this.#book.save(entry, { kind: 'store', entry }, out)
    offerTo(entry, this.#book.life)
    out.push({ type: 'bear', record, ballot: entry.promised, attempts: entry.attempts, durable })
  }

  /** The same key again: the same task (G5). */
  #onSubmitAgain(entry: Entry, client: number, tag: number, out: Out): void {
    const { watchersMax } = this.#config
    if (entry.submitters.length >= watchersMax || entry.clients.length >= watchersMax) {
      const message = `${watchersMax} clients wait for this task already; watch it instead`
      out.push({ type: 'refused', client, tag, code: 'too-many-clients', message })
      return
    }
    if (entry.phase === 'storing') entry.submitters.push({ client, tag })
    else out.push({ type: 'accepted', client, tag, task: entry.record.id })
    if (entry.phase === 'closed') {
      out.push({ type: 'closed', task: entry.record.id, outcome: entry.outcome!, clients: [client] })
    } else this.#book.addClient(entry, client)
  }

  #onStored(entry: Entry, now: Millis, out: Out): void {
    enterPhase(entry, 'open')
    this.#book.note(entry, 'accepted', '', now)
    for (const { client, tag } of entry.submitters) out.push({ type: 'accepted', client, tag, task: entry.record.id })
    entry.submitters = []
    if (entry.cancelReason !== undefined) this.#endings.fence(entry, now, out)
  }

  // ---- the disk

  #onPersisted(upToSeq: number, now: Millis, out: Out): void {
    if (!this.#storeOk) {
      this.#storeOk = true
      out.push({ type: 'storeState', ok: true, code: '', message: '' })
    }
    for (const pending of this.#book.journal.settle(upToSeq)) {
      if (pending.kind === 'store') {
        this.#onStored(pending.entry, now, out)
        // Cancelled meanwhile: the local bearer must not keep a baton that never becomes durable.
        out.push({ type: pending.entry.phase === 'open' ? 'durable' : 'void', task: pending.entry.record.id })
      } else if (pending.kind === 'promise') this.#recovery.onPromised(pending, now, out)
      else if (pending.kind === 'outcome') this.#endings.onClosed(pending, now, out)
    }
  }

  #onPersistFailed(input: Extract<CustodianInput, { type: 'persistFailed' }>, now: Millis, out: Out): void {
    this.#storeOk = false
    out.push({ type: 'storeState', ok: false, code: input.code, message: input.message })
    for (const pending of this.#book.journal.settle(input.upToSeq)) {
      if (pending.kind === 'store') this.#onNotStored(pending.entry, input.code, input.message, out)
      else if (pending.kind === 'promise')
        this.#book.retries.set(pending.entry.record.id, now + this.#config.storeRetryMs)
      else if (pending.kind === 'outcome') this.#onOutcomeNotStored(pending, now)
    }
  }

  #onNotStored(entry: Entry, code: string, message: string, out: Out): void {
    this.#book.forget(entry.record.id)
    out.push({ type: 'void', task: entry.record.id })
    for (const { client, tag } of entry.submitters) out.push({ type: 'refused', client, tag, code, message })
  }

  /** Nothing is acknowledged that is not on disk: the bearer will commit again, an own proposal stands until it is. */
  #onOutcomeNotStored(pending: Extract<Pending, { kind: 'outcome' }>, now: Millis): void {
    const { entry } = pending
    if (!pending.commit) {
      this.#book.retries.set(entry.record.id, now + this.#config.storeRetryMs)
      return
    }
    enterPhase(entry, 'open')
    entry.outcome = undefined
    this.#book.extendLease(entry, now)
  }

  #onMessage(from: Bearer, message: CustodianMessage, now: Millis, out: Out): void {
    switch (message.t) {
      case 'cancel':
        this.#endings.onCancel(from.peer, message, now, out)
        break
      case 'query':
        this.#readers.onQuery(from.peer, message, now, out)
        break
      case 'list':
        this.#readers.onList(from.peer, message, now, out)
        break
      default:
        this.#reports.onMessage(from, message, now, out)
    }
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    this.#recovery.onWake(now, out)
    if (now >= this.#nextSweep) this.#sweep(now, out)
  }

  #sweep(now: Millis, out: Out): void {
    this.#nextSweep = now + 60_000
    const gone = this.#book.archive.outlived(this.#config.closedMax, this.#book.wall(now) - this.#config.keepMs)
    if (gone.length === 0) return
    for (const task of gone) this.#book.forget(task)
    this.#book.persist(
      gone.map((task) => ({ key: taskKey(task), value: undefined })),
      { kind: 'note' },
      out,
    )
  }
}
