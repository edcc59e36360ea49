import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, outcomeOf } from './entry.ts'
import { custodianCount, decideSuccession } from './rendezvous.ts'
import type { TaskBook } from './task-book.ts'
import { succeed } from './version.ts'
import type { MeshView } from './views.ts'

/** a round of copies so often */
const roundMs = 100
/** a copy that was not confirmed is sent again after so many rounds */
const againRounds = 10

/** A closed task on its way to other custodians. */
interface Copy {
  record: TaskRecord
  confirmed: Set<PeerId>
  rounds: number
}

/**
 * Closed tasks one of whose custodians is gone: the first of those that are left copies them to another, and takes up
 * the new set itself when that one has it on disk. There is nothing to agree on, since their outcome is chosen. At most
 * successionsPerSecondMax a second, and twice as many at once.
 */
export class Copies {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  /** who was gone when all tasks were looked at last */
  #seen = ''
  readonly #waiting: TaskId[] = []
  readonly #copies = new Map<TaskId, Copy>()
  #nextMs: Millis | undefined

  constructor(config: CustodyConfig, { self, book, mesh }: { self: PeerId; book: TaskBook; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#book = book
    this.#mesh = mesh
  }

  nextWakeup(): Millis | undefined {
    return this.#nextMs
  }

  /** Looks at all of them once whenever somebody else has come to count as gone. */
  look(now: Millis): void {
    const gone = this.#mesh.gone(now, this.#config.replaceMs)
    const seen = [...gone].sort().join()
    if (seen === this.#seen || this.#waiting.length > 0) return
    this.#seen = seen
    for (const entry of this.#book.archive.entries()) {
      if (entry.phase !== 'closed' || entry.record.custodians.length < 3) continue
      const { custodians } = entry.record
      if (!custodians.some((peer) => gone.has(peer))) continue
      if (custodians.find((peer) => !gone.has(peer)) === this.#self) this.#waiting.push(entry.record.id)
    }
    if (this.#waiting.length > 0) this.#nextMs = now
  }

  onWake(now: Millis, out: CustodianEffect[]): void {
    if (this.#nextMs === undefined || now < this.#nextMs) return
    const gone = this.#mesh.gone(now, this.#config.replaceMs)
    const perRound = Math.ceil((this.#config.successionsPerSecondMax * roundMs) / 1000)
    for (let left = perRound; left > 0 && this.#copies.size < 2 * this.#config.successionsPerSecondMax; left--) {
      const task = this.#waiting.pop()
      if (task === undefined) break
      this.#begin(task, gone)
    }
    for (const [task, copy] of this.#copies) this.#send(task, copy, gone, out)
    this.#nextMs = this.#waiting.length + this.#copies.size > 0 ? now + roundMs : undefined
  }

  #begin(task: TaskId, gone: ReadonlySet<PeerId>): void {
    const entry = this.#book.archive.get(task)
    if (!entry || !outcomeOf(entry)) return
    const keepers = this.#mesh.keepers()
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    const facts = { count, gone: (peer: PeerId) => gone.has(peer) }
    const next = decideSuccession(task, entry.record.custodians, keepers, facts)
    if (next) this.#copies.set(task, { record: succeed(entry.record, next), confirmed: new Set(), rounds: 0 })
  }

  #send(task: TaskId, copy: Copy, gone: ReadonlySet<PeerId>, out: CustodianEffect[]): void {
    const entry = this.#book.archive.get(task)
    const outcome = entry && outcomeOf(entry)
    // Forgotten meanwhile, or its new custodian went too: then it is looked at again.
    if (!outcome || copy.record.custodians.some((peer) => gone.has(peer))) {
      this.#copies.delete(task)
      this.#seen = ''
      return
    }
    if (copy.rounds++ % againRounds !== 0) return
    const { record, confirmed } = copy
    for (const to of record.custodians) {
      if (to === this.#self || confirmed.has(to)) continue
      out.push({ type: 'send', to, message: { t: 'copy', record, ballot: entry!.accepted!.ballot, outcome } })
    }
  }

  /** One of the new custodians has it on disk. */
  onStored(from: PeerId, { task, version }: MessageOf<'stored'>, out: CustodianEffect[]): void {
    const copy = this.#copies.get(task)
    const entry = this.#book.archive.get(task)
    if (copy?.record.version !== version || !copy.record.custodians.includes(from) || !entry) return
    copy.confirmed.add(from)
    if (copy.confirmed.size < copy.record.custodians.length - 1) return
    this.#copies.delete(task)
    this.#takeUp(entry, copy.record, out)
  }

  #takeUp(entry: Entry, record: TaskRecord, out: CustodianEffect[]): void {
    const outcome = outcomeOf(entry)
    if (!outcome) return
    entry.record = record
    entry.kept = false
    this.#book.saveEnd(entry, 'closed', outcome.endedWallMs, out)
  }
}
