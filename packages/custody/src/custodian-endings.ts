import type { Millis } from '@souk/kernel'
import {
  type Ballot,
  type Bearer,
  compareBallots,
  type MessageOf,
  type Outcome,
  type PeerId,
  type TaskId,
} from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, enterPhase, mayHold } from './entry.ts'
import type { Readers } from './readers.ts'
import type { Pending, TaskBook } from './task-book.ts'

type Out = CustodianEffect[]

/** How a task ends at its custodian: by a bearer's commit, by this peer's own proposal, or by a cancel. */
export class CustodianEndings {
  readonly #config: CustodyConfig
  readonly #book: TaskBook
  readonly #readers: Readers

  constructor(config: CustodyConfig, book: TaskBook, readers: Readers) {
    this.#config = config
    this.#book = book
    this.#readers = readers
  }

  // ---- outcomes

  onCommit(from: PeerId, message: MessageOf<'commit'>, now: Millis, out: Out): void {
    const { task, ballot, version } = message
    const entry = this.#book.archive.get(task)
    const same = entry && compareBallots(entry.promised, ballot) === 0
    if (entry?.phase === 'closed' && same) {
      out.push({ type: 'send', to: from, message: { t: 'committed', task, version, ballot } })
      return
    }
    if (entry?.phase === 'closing' && same) return
    if (entry?.phase !== 'open' || !this.#book.mayCommit(entry, from, ballot)) {
      const code = entry ? (entry.cancelReason === undefined ? 'fenced' : 'cancelled') : 'unknown'
      const promised = entry?.promised ?? ballot
      out.push({ type: 'send', to: from, message: { t: 'fenced', task, ballot, promised, code } })
      return
    }
    entry.promised = ballot
    const outcome: Outcome = { ...message.outcome, ballot, attempts: entry.attempts }
    // What ran, ran at its bearer, whatever it says.
    if (outcome.host !== undefined) outcome.host = from
    this.#close(entry, outcome, { from, ballot }, now, out)
  }

  /** An outcome that this custodian proposes itself, under its own raised ballot. */
  propose(entry: Entry, kind: Outcome['kind'], code: string, message: string, now: Millis, out: Out): void {
    const { promised: ballot, attempts } = entry
    const outcome: Outcome = { kind, code, message, ballot, attempts, endedWallMs: this.#book.wall(now) }
    this.#close(entry, outcome, undefined, now, out)
  }

  #close(
    entry: Entry,
    outcome: Outcome,
    commit: { from: PeerId; ballot: Ballot } | undefined,
    now: Millis,
    out: Out,
  ): void {
    enterPhase(entry, 'closing')
    this.#book.leases.delete(entry.record.id)
    this.#book.retries.delete(entry.record.id)
    entry.outcome = outcome
    this.#book.note(entry, 'ended', outcome.code, now)
    const pending: Pending = { kind: 'outcome', entry, commit }
    if (this.#book.save(entry, pending, out)) this.onClosed(pending, now, out)
  }

  onClosed(pending: Extract<Pending, { kind: 'outcome' }>, now: Millis, out: Out): void {
    const { entry, commit } = pending
    const { id: task, version } = entry.record
    enterPhase(entry, 'closed')
    this.#book.archive.close(task, this.#book.wall(now))
    if (commit)
      out.push({ type: 'send', to: commit.from, message: { t: 'committed', task, version, ballot: commit.ballot } })
    out.push({ type: 'closed', task, outcome: entry.outcome!, clients: entry.clients })
    entry.clients = []
    const answer = entry.outcome!.kind === 'cancelled' ? 'cancelled' : 'closed-before'
    this.#answerCancellers(entry, answer, out)
    this.#readers.changed(entry, now, out)
    entry.watchers = []
  }

  // ---- cancel

  onCancel(from: PeerId, message: MessageOf<'cancel'>, now: Millis, out: Out): void {
    const { ask, task } = message
    const entry = this.#book.archive.get(task)
    const answer = !entry ? 'unknown' : entry.phase === 'closed' ? 'closed-before' : undefined
    if (!entry || answer) {
      out.push({ type: 'send', to: from, message: { t: 'cancelled', ask, task, answer: answer ?? 'unknown' } })
      return
    }
    if (entry.cancellers.length < this.#config.watchersMax) entry.cancellers.push({ peer: from, ask })
    if (entry.cancelReason !== undefined || entry.phase === 'closing') return
    entry.cancelReason = message.reason
    if (entry.phase === 'open') this.fence(entry, now, out)
  }

  /** PREPARE of the cancel outcome: a higher promise, on disk, then the bearer is told. */
  fence(entry: Entry, now: Millis, out: Out): void {
    const { bearer, holders, confirmed } = entry
    enterPhase(entry, 'ending')
    this.#book.note(entry, 'cancelling', entry.cancelReason ?? '', now)
    this.#book.raise(entry)
    entry.bearer = bearer
    entry.holders = holders
    entry.confirmed = confirmed
    // Whatever happens to the bearer, its lease has run out by then.
    this.#book.extendLease(entry, now)
    if (this.#book.save(entry, { kind: 'promise', entry, next: 'fence', code: 'cancelled' }, out))
      this.sendFence(entry, out)
    this.#readers.changed(entry, now, out)
  }

  sendFence(entry: Entry, out: Out): void {
    const { promised } = entry
    const task = entry.record.id
    const ballot: Ballot = { ...promised, counter: promised.counter - 1 }
    // Nobody is known to bear it (this peer has just started): then its lease has to run out.
    if (!entry.bearer) return
    const message = { t: 'fenced', task, ballot, promised, code: 'cancelled' } as const
    out.push({ type: 'send', to: entry.bearer.peer, message })
  }

  /** Only the word of whoever has it counts: a host that passed it on has nothing to stop. */
  onStopped(from: PeerId, message: { task: TaskId; ballot: Ballot }, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(message.task)
    // The ballot that was fenced is the one before the promise; a bearer of an earlier one says nothing about it.
    if (entry?.phase !== 'ending' || message.ballot.counter + 1 < entry.promised.counter) return
    if (entry.bearer && entry.bearer.peer !== from) return
    this.closeCancelled(entry, now, out)
  }

  /**
   * Somebody took the baton, or it was passed on, under a ballot that is fenced by now; or it took one that this peer
   * never gave. The fence goes there, so that nothing runs in the name of a custodian that does not know of it.
   */
  onLateBearer(task: TaskId, ballot: Ballot, bearer: Bearer, now: Millis, out: Out): void {
    const entry = this.#book.archive.get(task)
    // Said to this peer because it passed the baton on: another one keeps that task.
    if (!entry && !this.#book.isOwn(task)) return
    // Said once more by who has it, or had it until it closed.
    if (
      entry &&
      compareBallots(ballot, entry.promised) === 0 &&
      (entry.phase !== 'open' || mayHold(entry, bearer.peer))
    )
      return
    const fenced = entry?.phase === 'ending' && ballot.counter + 1 === entry.promised.counter
    if (fenced && mayHold(entry, bearer.peer)) {
      entry.bearer = bearer
      this.#book.extendLease(entry, now)
    }
    const code = !entry ? 'unknown' : entry.cancelReason === undefined ? 'fenced' : 'cancelled'
    const promised = entry?.promised ?? ballot
    out.push({ type: 'send', to: bearer.peer, message: { t: 'fenced', task, ballot, promised, code } })
  }

  closeCancelled(entry: Entry, now: Millis, out: Out): void {
    this.propose(entry, 'cancelled', 'cancelled', entry.cancelReason ?? '', now, out)
  }

  #answerCancellers(entry: Entry, answer: MessageOf<'cancelled'>['answer'], out: Out): void {
    const task = entry.record.id
    for (const { peer, ask } of entry.cancellers)
      out.push({ type: 'send', to: peer, message: { t: 'cancelled', ask, task, answer } })
    entry.cancellers = []
  }
}
