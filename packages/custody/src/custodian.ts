import type { Machine, Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type Incarnation,
  limits,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskRecord,
  type TaskState,
  taskId,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import { CustodianEndings } from './custodian-endings.ts'
import type { CustodianEffect, CustodianInput, CustodianMessage } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import { type Entry, enterHands, enterPhase, mayHold, newEntry, offerTo } from './entry.ts'
import { HeldSets } from './held-sets.ts'
import { Readers } from './readers.ts'
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
  readonly #held = new HeldSets()
  #incarnation: Incarnation = 0
  #nextSweep: Millis = 0
  #storeOk = true

  constructor(config: CustodyConfig, { self }: { self: PeerId }) {
    this.#config = config
    this.#self = self
    this.#book = new TaskBook(config, self)
    this.#readers = new Readers(config, this.#book.archive)
    this.#endings = new CustodianEndings(config, this.#book, this.#readers)
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
        this.#onDecided(input, now, out)
        break
      case 'began':
        this.#onBegan(input.task, input.ballot, now, out)
        break
      case 'bearerRestarted':
        this.#onBearerRestarted(input.peer, input.incarnation, now, out)
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
    this.#incarnation = input.incarnation
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
    offerTo(entry, { peer: this.#self, incarnation: this.#incarnation })
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
      } else if (pending.kind === 'promise') this.#onPromised(pending, now, out)
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
    this.#book.archive.remove(entry.record.id)
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

  // ---- what bearers say

  #onMessage(bearer: Bearer, message: CustodianMessage, now: Millis, out: Out): void {
    const from = bearer.peer
    switch (message.t) {
      case 'accept':
        for (const { task, ballot } of message.tasks) this.#onAccept(bearer, task, ballot, now, out)
        break
      case 'bounce':
        this.#onBounce(from, message, now, out)
        break
      case 'giveUp':
        this.#onGiveUp(from, message, now, out)
        break
      case 'renew':
        this.#onRenew(from, message, now, out)
        break
      case 'commit':
        this.#held.drop(from, message.task)
        this.#endings.onCommit(from, message, now, out)
        break
      case 'stopped':
        this.#endings.onStopped(from, message, now, out)
        break
      case 'cancel':
        this.#endings.onCancel(from, message, now, out)
        break
      case 'query':
        this.#readers.onQuery(from, message, now, out)
        break
      case 'list':
        this.#readers.onList(from, message, out)
        break
    }
  }

  #onDecided(input: Extract<CustodianInput, { type: 'decided' }>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(input.task)
    // Decided while a cancel was on its way to the disk: the fence must reach whoever has it now.
    if (entry?.phase === 'ending' && input.to) offerTo(entry, input.to, input.alternates)
    if (entry?.phase !== 'open' && entry?.phase !== 'storing') return
    entry.decision = input.decision
    if (!input.to) return
    offerTo(entry, input.to, input.alternates)
    if (input.to.peer === this.#self) {
      entry.bearerState = 'queued'
      this.#book.note(entry, 'kept', input.decision.reason, now)
    } else {
      entry.bearerState = 'offered'
      entry.confirmed = false
      this.#book.note(entry, 'awarded', input.to.peer, now)
      this.#book.extendLease(entry, now)
    }
    this.#readers.changed(entry, now, out)
  }

  /** The entry of a task that this ballot still holds, while nothing else was promised. */
  #openUnder(task: TaskId, ballot: Ballot): Entry | undefined {
    const entry = this.#book.archive.get(task)
    return entry?.phase === 'open' && compareBallots(entry.promised, ballot) === 0 ? entry : undefined
  }

  #onBegan(task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const entry = this.#openUnder(task, ballot)
    if (!entry) return
    entry.bearerState = 'running'
    entry.keptIn = this.#incarnation
    this.#book.save(entry, { kind: 'note' }, out)
    this.#book.note(entry, 'running', this.#self, now)
    this.#readers.changed(entry, now, out)
  }

  #onAccept(from: Bearer, task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const entry = this.#openUnder(task, ballot)
    if (!entry || !mayHold(entry, from.peer)) {
      this.#endings.onLateBearer(task, ballot, from, now, out)
      return
    }
    enterHands(entry, from)
    entry.bearerState = 'queued'
    this.#book.note(entry, 'taken', from.peer, now)
    this.#book.extendLease(entry, now)
    this.#readers.changed(entry, now, out)
  }

  #onBounce(from: PeerId, message: MessageOf<'bounce'>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(message.task)
    // It has gone to no other than those that were named when it left.
    if (!entry || !mayHold(entry, from) || !mayHold(entry, message.to.peer)) return
    if (!this.#openUnder(message.task, message.ballot)) {
      this.#endings.onLateBearer(message.task, message.ballot, message.to, now, out)
      return
    }
    if (entry.confirmed) return
    entry.bearer = message.to
    this.#book.note(entry, 'bounced', `${message.refusal.code}: to ${message.to.peer}`, now)
    this.#book.extendLease(entry, now)
  }

  #onGiveUp(from: PeerId, message: MessageOf<'giveUp'>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(message.task)
    if (!entry || compareBallots(entry.promised, message.ballot) > 0) {
      if (entry?.phase === 'ending') this.#endings.onStopped(from, message, now, out)
      return
    }
    if (entry.phase !== 'open' || compareBallots(entry.promised, message.ballot) !== 0) return
    if (!mayHold(entry, from)) return
    this.#held.drop(from, message.task)
    if (message.ran) this.#book.failed(entry, from, message.code, message.message)
    this.#book.note(entry, 'given up', message.code, now)
    this.#next(entry, message.code, now, out)
  }

  #onRenew(from: PeerId, message: MessageOf<'renew'>, now: Millis, out: Out): void {
    const held = this.#held.apply(from, message)
    const refused: { task: TaskId; ballot: Ballot }[] = []
    const states = new Map(message.adds.map(({ task, state }) => [task, state]))
    // All of it, not only what is new: a fence that was lost is repeated by the next refusal.
    for (const [task, ballot] of held ?? []) {
      const entry = this.#openUnder(task, ballot)
      if (entry && mayHold(entry, from))
        this.#renewed(entry, { peer: from, incarnation: message.incarnation }, states.get(task), now, out)
      else if (this.#book.archive.get(task)?.phase !== 'closing' && refused.length < limits.tasksPerMessageMax) {
        refused.push({ task, ballot })
      }
    }
    for (const { task } of refused) this.#held.drop(from, task)
    const again = held === undefined
    out.push({ type: 'send', to: from, message: { t: 'renewed', seq: message.seq, again, refused } })
  }

  #renewed(entry: Entry, bearer: Bearer, state: TaskState | undefined, now: Millis, out: Out): void {
    enterHands(entry, bearer)
    this.#book.extendLease(entry, now)
    if (state === undefined || entry.bearerState === state) return
    entry.bearerState = state
    if (state === 'running') this.#book.note(entry, 'running', bearer.peer, now)
    this.#readers.changed(entry, now, out)
  }

  #onBearerRestarted(peer: PeerId, incarnation: Incarnation, now: Millis, out: Out): void {
    this.#held.forget(peer)
    for (const entry of [...this.#book.archive.entries()]) {
      if (entry.bearer?.peer !== peer || entry.bearer.incarnation >= incarnation) continue
      if (entry.phase === 'open') this.#leaseEnded(entry, 'vanished', now, out)
      else if (entry.phase === 'ending') this.#endings.closeCancelled(entry, now, out)
    }
  }

  // ---- leases and recovery

  #leaseEnded(entry: Entry, code: string, now: Millis, out: Out): void {
    const host = entry.bearer?.peer
    if (entry.confirmed && host) this.#book.failed(entry, host, code, 'its bearer was not heard from for a whole lease')
    this.#book.note(entry, 'lease ended', host ?? '', now)
    this.#next(entry, code, now, out)
  }

  #next(entry: Entry, code: string, now: Millis, out: Out): void {
    this.#book.leases.delete(entry.record.id)
    const next = decideNext(entry.record.spec, entry.attempts)
    this.#book.raise(entry)
    if (next.choice === 'quarantine') {
      this.#endings.propose(entry, 'quarantined', 'attempts-exhausted', next.reason, now, out)
      return
    }
    this.#promise(entry, 'bear', code, now, out)
  }

  #promise(entry: Entry, next: 'bear' | 'fence', code: string, now: Millis, out: Out): void {
    const pending: Pending = { kind: 'promise', entry, next, code }
    if (this.#book.save(entry, pending, out)) this.#onPromised(pending, now, out)
  }

  #onPromised(pending: Extract<Pending, { kind: 'promise' }>, now: Millis, out: Out): void {
    const { entry } = pending
    if (pending.next === 'bear' && entry.phase === 'open') {
      offerTo(entry, { peer: this.#self, incarnation: this.#incarnation })
      const { record, promised: ballot, attempts } = entry
      out.push({ type: 'recovered', task: record.id, ballot, code: pending.code })
      out.push({ type: 'bear', record, ballot, attempts: [...attempts], durable: true })
      this.#readers.changed(entry, now, out)
    }
    if (pending.next === 'fence' && entry.phase === 'ending') this.#endings.sendFence(entry, out)
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    for (let task = this.#book.leases.popDue(now); task !== undefined; task = this.#book.leases.popDue(now)) {
      const entry = this.#book.archive.get(task)
      if (entry?.phase === 'open') this.#leaseEnded(entry, 'vanished', now, out)
      else if (entry?.phase === 'ending') this.#endings.closeCancelled(entry, now, out)
    }
    for (let task = this.#book.retries.popDue(now); task !== undefined; task = this.#book.retries.popDue(now)) {
      const entry = this.#book.archive.get(task)
      if (entry?.phase === 'open') this.#promise(entry, 'bear', 'store-retry', now, out)
      else if (entry?.phase === 'ending') this.#promise(entry, 'fence', 'store-retry', now, out)
      else if (entry?.phase === 'closing') this.#book.save(entry, { kind: 'outcome', entry, commit: undefined }, out)
    }
    if (now >= this.#nextSweep) this.#sweep(now, out)
  }

  #sweep(now: Millis, out: Out): void {
    this.#nextSweep = now + 60_000
    const gone = this.#book.archive.outlived(this.#config.closedMax, this.#book.wall(now) - this.#config.keepMs)
    if (gone.length === 0) return
    for (const task of gone) this.#book.archive.remove(task)
    this.#book.persist(
      gone.map((task) => ({ key: taskKey(task), value: undefined })),
      { kind: 'note' },
      out,
    )
  }
}
