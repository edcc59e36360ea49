import type { Millis } from '@souk/kernel'
import { isUnendable, type MessageOf, type PeerId, type TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import type { EndWatchers } from './end-watchers.ts'
import { type Entry, outcomeOf } from './entry.ts'
import type { Proposer } from './proposer.ts'
import type { Readers } from './readers.ts'
import type { TaskBook } from './task-book.ts'
import type { MeshView } from './views.ts'

type Out = CustodianEffect[]

interface RequestsParts {
  book: TaskBook
  readers: Readers
  endWatchers: EndWatchers
  proposer: Proposer
  mesh: MeshView
}

/** What peers ask of a custodian: to cancel a task, to say outcomes, to read or list tasks, to tell a bearer of their ends. */
export class Requests {
  readonly #config: CustodyConfig
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #endWatchers: EndWatchers
  readonly #proposer: Proposer
  readonly #mesh: MeshView

  constructor(config: CustodyConfig, { book, readers, endWatchers, proposer, mesh }: RequestsParts) {
    this.#config = config
    this.#mesh = mesh
    this.#book = book
    this.#readers = readers
    this.#endWatchers = endWatchers
    this.#proposer = proposer
  }

  onMessage(
    from: PeerId,
    message: MessageOf<'cancel' | 'await' | 'query' | 'list' | 'watch'>,
    now: Millis,
    out: Out,
  ): void {
    switch (message.t) {
      case 'cancel':
        this.#onCancel(from, message, now, out)
        break
      case 'await':
        this.#onAwait(from, message, out)
        break
      case 'query':
        this.#readers.onQuery(from, message, now, out)
        break
      case 'list':
        this.#readers.onList(from, message, now, out)
        break
      case 'watch':
        this.#endWatchers.onWatch(from, message, now, out)
        break
    }
  }

  /** A cancel: answered at once, and again when the task has ended. `unendable`: what removed custodians knew is given up. */
  #onCancel(from: PeerId, message: MessageOf<'cancel'>, now: Millis, out: Out): void {
    const { ask, task, reason } = message
    const entry = this.#book.archive.get(task)
    if (entry?.phase === 'moved') {
      const { version, custodians } = entry.record
      out.push({ type: 'send', to: from, message: { t: 'moved', task, version, custodians } })
      return
    }
    const answer = !entry ? 'unknown' : entry.phase === 'closed' ? 'closed-before' : undefined
    if (!entry || answer) {
      out.push({ type: 'send', to: from, message: { t: 'cancelled', ask, task, answer: answer ?? 'unknown' } })
      return
    }
    if (message.unendable && !this.#isUnendable(entry)) {
      out.push({ type: 'send', to: from, message: { t: 'cancelled', ask, task, answer: 'endable' } })
      return
    }
    // Answered at once, for stopping may take long: a peer that hears nothing asks another custodian.
    out.push({ type: 'send', to: from, message: { t: 'cancelled', ask, task, answer: 'stopping' } })
    if (message.unendable) this.#onWord(entry, { peer: from, ask }, reason, now, out)
    else {
      if (entry.cancellers.length < this.#config.watchersMax) entry.cancellers.push({ peer: from, ask })
      if (!entry.ending) this.#book.note(entry, 'cancelling', reason, now)
      entry.ending ??= { kind: 'cancelled', reason }
      this.#proposer.close(entry, now, out)
    }
    this.#readers.changed(entry, now, out)
  }

  /** A person gives up what removed custodians knew of it. Said again, it changes nothing: what it began goes on. */
  #onWord(entry: Entry, asker: Entry['cancellers'][number], reason: string, now: Millis, out: Out): void {
    const first = entry.word === undefined
    entry.word ??= { reason, askers: [] }
    if (entry.word.askers.length < this.#config.watchersMax) entry.word.askers.push(asker)
    if (!first) return
    this.#book.note(entry, 'to end without the removed', reason, now)
    this.#proposer.giveUp(entry, now, out)
  }

  #isUnendable({ record }: Entry): boolean {
    return isUnendable(record.custodians, (peer) => this.#mesh.removed(peer))
  }

  /** A peer whose clients wait asks what became of these tasks; of open ones nothing is said. */
  #onAwait(from: PeerId, { tasks }: MessageOf<'await'>, out: Out): void {
    const unknown: TaskId[] = []
    for (const task of tasks) {
      const entry = this.#book.archive.get(task)
      const outcome = entry && outcomeOf(entry)
      if (!entry) unknown.push(task)
      else if (entry.phase === 'moved') {
        const { version, custodians } = entry.record
        out.push({ type: 'send', to: from, message: { t: 'moved', task, version, custodians } })
      } else if (outcome) {
        const { version } = entry.record
        const decree = { kind: 'outcome', outcome } as const
        out.push({
          type: 'send',
          to: from,
          message: { t: 'chosen', task, version, ballot: entry.accepted!.ballot, decree },
        })
      }
    }
    if (unknown.length > 0) out.push({ type: 'send', to: from, message: { t: 'unknown', tasks: unknown } })
  }
}
