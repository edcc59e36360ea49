import type { Millis } from '@souk/kernel'
import type { PeerId, TaskId } from '@souk/wire'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import { type Entry, outcomeOf } from './entry.ts'
import { custodianCount, decideSuccession } from './rendezvous.ts'
import type { TaskBook } from './task-book.ts'
import type { MeshView } from './views.ts'

/** at once this many are copied, then others have their turn */
const copyEveryMs = 100

/**
 * Closed tasks one of whose custodians is gone: the first of those that are left copies them to another. There is
 * nothing to agree on, since their outcome is chosen. At most successionsPerSecondMax a second.
 */
export class Copies {
  readonly #config: CustodyConfig
  readonly #self: PeerId
  readonly #book: TaskBook
  readonly #mesh: MeshView
  /** who was gone when all tasks were looked at last */
  #seen = ''
  readonly #waiting: TaskId[] = []
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
    let left = Math.ceil((this.#config.successionsPerSecondMax * copyEveryMs) / 1000)
    for (let task = this.#waiting.pop(); task !== undefined; task = this.#waiting.pop()) {
      const entry = this.#book.archive.get(task)
      if (entry) this.#copy(entry, gone, out)
      if (--left === 0) break
    }
    this.#nextMs = this.#waiting.length > 0 ? now + copyEveryMs : undefined
  }

  #copy(entry: Entry, gone: ReadonlySet<PeerId>, out: CustodianEffect[]): void {
    const outcome = outcomeOf(entry)
    if (!outcome) return
    const keepers = this.#mesh.keepers()
    const { id, custodians, version } = entry.record
    const count = custodianCount(this.#mesh.members, keepers.length, this.#config.custodians)
    const next = decideSuccession(id, custodians, keepers, { count, gone: (peer) => gone.has(peer) })
    if (!next) return
    const record = { ...entry.record, custodians: next, version: version + 1 }
    for (const to of next) {
      out.push({ type: 'send', to, message: { t: 'copy', record, ballot: entry.accepted!.ballot, outcome } })
    }
  }
}
