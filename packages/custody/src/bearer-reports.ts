import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type Incarnation,
  limits,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskState,
} from '@souk/wire'
import type { CustodianEndings } from './custodian-endings.ts'
import type { CustodianEffect, CustodianInput } from './custodian-io.ts'
import { type Entry, enterHands, mayHold, offerTo } from './entry.ts'
import { HeldSets } from './held-sets.ts'
import type { Readers } from './readers.ts'
import type { Recovery } from './recovery.ts'
import type { TaskBook } from './task-book.ts'

type Out = CustodianEffect[]

/** What bearers say to a custodian of the tasks that they have, and what is known of them otherwise. */
export class BearerReports {
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #endings: CustodianEndings
  readonly #recovery: Recovery
  readonly #held = new HeldSets()

  constructor(book: TaskBook, readers: Readers, endings: CustodianEndings, recovery: Recovery) {
    this.#book = book
    this.#readers = readers
    this.#endings = endings
    this.#recovery = recovery
  }

  onMessage(
    bearer: Bearer,
    message: MessageOf<'accept' | 'bounce' | 'giveUp' | 'renew' | 'commit' | 'stopped'>,
    now: Millis,
    out: Out,
  ): void {
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
    }
  }

  onDecided(input: Extract<CustodianInput, { type: 'decided' }>, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(input.task)
    // Decided while a cancel was on its way to the disk: the fence must reach whoever has it now.
    if (entry?.phase === 'ending' && input.to) offerTo(entry, input.to, input.alternates)
    if (entry?.phase !== 'open' && entry?.phase !== 'storing') return
    entry.decision = input.decision
    if (!input.to) return
    offerTo(entry, input.to, input.alternates)
    if (input.to.peer === this.#book.life.peer) {
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

  onBegan(task: TaskId, ballot: Ballot, now: Millis, out: Out): void {
    const entry = this.#openUnder(task, ballot)
    if (!entry) return
    entry.bearerState = 'running'
    entry.keptIn = this.#book.life.incarnation
    this.#book.save(entry, { kind: 'note' }, out)
    this.#book.note(entry, 'running', this.#book.life.peer, now)
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
    this.#recovery.next(entry, message.code, now, out)
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

  onBearerRestarted(peer: PeerId, incarnation: Incarnation, now: Millis, out: Out): void {
    this.#held.forget(peer)
    for (const entry of [...this.#book.archive.entries()]) {
      if (entry.bearer?.peer !== peer || entry.bearer.incarnation >= incarnation) continue
      this.#recovery.vanished(entry, now, out)
    }
  }
}
