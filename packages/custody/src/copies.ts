import { Deadlines, earliest, type Millis } from '@souk/kernel'
import type { MessageOf, PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, outcomeOf, unkeep } from './entry.ts'
import { custodianCount, decideSuccession } from './rendezvous.ts'
import type { TaskBook } from './task-book.ts'
import { tellDecision } from './tell-newcomers.ts'
import { succeed } from './version.ts'
import type { MeshView } from './views.ts'

/** a round of copies so often */
const roundMs = 100
/** a copy that was not confirmed is sent again after so many rounds */
const againRounds = 10
/** of those that are left, each waits so long for the one before it, which may have missed the task */
const rankMs = 5000

/** A closed task on its way to other custodians. */
interface Copy {
  record: TaskRecord
  /** who is to have it */
  to: PeerId[]
  confirmed: Set<PeerId>
  rounds: number
}

/**
 * Closed tasks one of whose custodians is gone: the first of those that are left copies them to another, and takes up
 * the new set itself when that one has it on disk. It may have missed the task itself, so the next one sees to it that
 * this was done. Where nobody can take the place, those that are left have it all. There is nothing to agree on, since
 * their outcome is chosen. At most successionsPerSecondMax a second, and twice as many at once.
 */
export class Copies {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  /** who was gone when all tasks were looked at last */
  #seen = ''
  readonly #waiting: TaskId[] = []
  /** when to see whether a custodian of a higher rank has done it */
  readonly #turns = new Deadlines<TaskId>()
  readonly #copies = new Map<TaskId, Copy>()
  #nextMs: Millis | undefined

  constructor(config: CustodyConfig, { self, book, mesh }: { self: PeerId; book: TaskBook; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#book = book
    this.#mesh = mesh
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#nextMs, this.#turns.next())
  }

  /** Looks at all of them once whenever somebody else has come to count as gone. */
  look(now: Millis): void {
    const gone = this.#mesh.gone(now, this.#config.replaceMs)
    const seen = [...gone].sort().join()
    if (seen === this.#seen || this.#waiting.length + this.#turns.size > 0) return
    this.#seen = seen
    for (const entry of this.#book.archive.entries()) {
      if (entry.phase !== 'closed' || entry.record.custodians.length < 3) continue
      const { custodians } = entry.record
      if (!custodians.some((peer) => gone.has(peer))) continue
      const rank = custodians.filter((peer) => !gone.has(peer)).indexOf(this.#self)
      if (rank >= 0) this.#turns.set(entry.record.id, now + rank * rankMs)
    }
  }

  onWake(now: Millis, out: CustodianEffect[]): void {
    for (let task = this.#turns.popDue(now); task !== undefined; task = this.#turns.popDue(now)) {
      this.#waiting.push(task)
      this.#nextMs ??= now
    }
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
    if (!entry || !outcomeOf(entry) || !entry.record.custodians.some((peer) => gone.has(peer))) return
    const keepers = this.#mesh.keepers()
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    const facts = { count, gone: (peer: PeerId) => gone.has(peer) }
    const { custodians } = entry.record
    // In a mesh that has become smaller those that are left keep it as it is: one that would keep it alone may lack it.
    const next = count < custodians.length ? undefined : decideSuccession(task, custodians, keepers, facts)
    const record = next ? succeed(entry.record, next) : entry.record
    const to = record.custodians.filter((peer) => peer !== this.#self && !gone.has(peer))
    if (to.length > 0) this.#copies.set(task, { record, to, confirmed: new Set(), rounds: 0 })
  }

  #send(task: TaskId, copy: Copy, gone: ReadonlySet<PeerId>, out: CustodianEffect[]): void {
    const entry = this.#book.archive.get(task)
    const outcome = entry && outcomeOf(entry)
    // Forgotten meanwhile, or its new custodian went too: then it is looked at again.
    if (!outcome || copy.to.some((peer) => gone.has(peer))) {
      this.#copies.delete(task)
      this.#seen = ''
      return
    }
    if (copy.rounds++ % againRounds !== 0) return
    const { record, confirmed } = copy
    for (const to of copy.to) {
      if (confirmed.has(to)) continue
      out.push({ type: 'send', to, message: { t: 'copy', record, ballot: entry!.accepted!.ballot, outcome } })
      if (entry!.record.custodians.includes(to)) continue
      // Whoever kept it before has heard how it was placed, or nobody will.
      tellDecision(entry!, to, entry!.accepted!.ballot, out)
    }
  }

  /** One of the new custodians has it on disk. */
  onStored(from: PeerId, { task, version }: MessageOf<'stored'>, out: CustodianEffect[]): void {
    const copy = this.#copies.get(task)
    const entry = this.#book.archive.get(task)
    if (copy?.record.version !== version || !copy.to.includes(from) || !entry) return
    copy.confirmed.add(from)
    if (copy.confirmed.size < copy.to.length) return
    this.#copies.delete(task)
    if (copy.record.version !== entry.record.version) this.#takeUp(entry, copy.record, out)
  }

  /** Another custodian sees to this one. */
  onCopy(task: TaskId): void {
    this.#turns.delete(task)
  }

  #takeUp(entry: Entry, record: TaskRecord, out: CustodianEffect[]): void {
    const outcome = outcomeOf(entry)
    if (!outcome) return
    entry.record = record
    unkeep(entry)
    this.#book.saveEnd(entry, 'closed', outcome.endedWallMs, out)
  }
}
