import type { Millis } from '@souk/kernel'
import type { CustodianEndings } from './custodian-endings.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { decideNext } from './decide-next.ts'
import { type Entry, offerTo } from './entry.ts'
import type { Readers } from './readers.ts'
import type { Pending, TaskBook } from './task-book.ts'

type Out = CustodianEffect[]

/** A task that lost its bearer gets a new ballot, on disk, and goes to this peer's own bearer; or it ends for good. */
export class Recovery {
  readonly #book: TaskBook
  readonly #readers: Readers
  readonly #endings: CustodianEndings

  constructor(book: TaskBook, readers: Readers, endings: CustodianEndings) {
    this.#book = book
    this.#readers = readers
    this.#endings = endings
  }

  onWake(now: Millis, out: Out): void {
    const { archive, leases, retries } = this.#book
    for (let task = leases.popDue(now); task !== undefined; task = leases.popDue(now)) {
      const entry = archive.get(task)
      if (entry) this.vanished(entry, now, out)
    }
    for (let task = retries.popDue(now); task !== undefined; task = retries.popDue(now)) {
      const entry = archive.get(task)
      if (entry?.phase === 'open') this.#promise(entry, 'bear', 'store-retry', now, out)
      else if (entry?.phase === 'ending') this.#promise(entry, 'fence', 'store-retry', now, out)
      else if (entry?.phase === 'closing') this.#book.save(entry, { kind: 'outcome', entry, commit: undefined }, out)
    }
  }

  /** Its bearer was not heard from for a whole lease, or has begun a new life. */
  vanished(entry: Entry, now: Millis, out: Out): void {
    if (entry.phase === 'open') this.#leaseEnded(entry, 'vanished', now, out)
    else if (entry.phase === 'ending') this.#endings.closeCancelled(entry, now, out)
  }

  #leaseEnded(entry: Entry, code: string, now: Millis, out: Out): void {
    const host = entry.bearer?.peer
    if (entry.confirmed && host) this.#book.failed(entry, host, code, 'its bearer was not heard from for a whole lease')
    this.#book.note(entry, 'lease ended', host ?? '', now)
    this.next(entry, code, now, out)
  }

  /** Without a bearer: once more under a new ballot, or never again. */
  next(entry: Entry, code: string, now: Millis, out: Out): void {
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
    if (this.#book.save(entry, pending, out)) this.onPromised(pending, now, out)
  }

  /** Its new ballot is on disk: now somebody may hear of it. */
  onPromised(pending: Extract<Pending, { kind: 'promise' }>, now: Millis, out: Out): void {
    const { entry } = pending
    if (pending.next === 'bear' && entry.phase === 'open') {
      offerTo(entry, this.#book.life)
      const { record, promised: ballot, attempts } = entry
      out.push({ type: 'recovered', task: record.id, ballot, code: pending.code })
      out.push({ type: 'bear', record, ballot, attempts: [...attempts], durable: true })
      this.#readers.changed(entry, now, out)
    }
    if (pending.next === 'fence' && entry.phase === 'ending') this.#endings.sendFence(entry, out)
  }
}
