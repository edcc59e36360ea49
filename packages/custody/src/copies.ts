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

/** how often a round of copies is sent */
const roundMs = 100
/** rounds after which a copy that was not confirmed is sent again */
const againRounds = 10
/** how long each remaining custodian waits for the one of the rank before it, which may lack the task */
const rankMs = 5000

/** A closed task on its way to other custodians. */
interface Copy {
  record: TaskRecord
  /** custodians that have to confirm it */
  to: PeerId[]
  confirmed: Set<PeerId>
  rounds: number
}

/**
 * Replaces custodians that are gone, for closed tasks. The first remaining custodian copies the task to the new set, and
 * takes up that set itself once all others have it on disk. It may lack the task, so the one of the next rank acts after
 * `rankMs` unless a copy came. Where nobody can take the place, the copy goes to those that remain. There is nothing to
 * agree on, since the outcome is chosen. At most successionsPerSecondMax a second, and twice as many at once.
 */
export class Copies {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  /** who was gone when all tasks were looked at last; empty: look again */
  #seen = ''
  readonly #waiting: TaskId[] = []
  /** when this custodian acts, unless one of a lower rank has sent it a copy by then */
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

  /** Looks at all closed tasks, once for each change of who counts as gone. Called with each sweep of `Retention`. */
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
    // In a mesh that became smaller the set stays as it is: the one custodian that the task would get may lack it.
    const next = count < custodians.length ? undefined : decideSuccession(task, custodians, keepers, facts)
    const record = next ? succeed(entry.record, next) : entry.record
    const to = record.custodians.filter((peer) => peer !== this.#self && !gone.has(peer))
    if (to.length > 0) this.#copies.set(task, { record, to, confirmed: new Set(), rounds: 0 })
  }

  #send(task: TaskId, copy: Copy, gone: ReadonlySet<PeerId>, out: CustodianEffect[]): void {
    const entry = this.#book.archive.get(task)
    const outcome = entry && outcomeOf(entry)
    // The task was forgotten meanwhile, or a new custodian went, too: then all tasks are looked at again.
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
      // Only who is new: those that kept the task before have heard the decision from its bearer.
      tellDecision(entry!, to, entry!.accepted!.ballot, out)
    }
  }

  /** One of the copy's receivers has it on disk; with the last one this custodian takes up the new set. */
  onStored(from: PeerId, { task, version }: MessageOf<'stored'>, out: CustodianEffect[]): void {
    const copy = this.#copies.get(task)
    const entry = this.#book.archive.get(task)
    if (copy?.record.version !== version || !copy.to.includes(from) || !entry) return
    copy.confirmed.add(from)
    if (copy.confirmed.size < copy.to.length) return
    this.#copies.delete(task)
    if (copy.record.version !== entry.record.version) this.#takeUp(entry, copy.record, out)
  }

  /** Another custodian sent a copy of this task, so it need not be copied from here. */
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
