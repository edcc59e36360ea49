import type { Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import type { Archive } from './archive.ts'
import type { CustodyConfig } from './config.ts'
import type { CustodianEffect } from './custodian-io.ts'
import type { Entry } from './entry.ts'
import { listEntries } from './listing.ts'
import { toView } from './reading.ts'
import type { MeshView } from './views.ts'

/** Answers queries and listings from a custodian's tasks, and tells the watchers of a task of every change. */
export class Readers {
  readonly #config: CustodyConfig
  readonly #archive: Archive
  readonly #self: PeerId
  readonly #mesh: MeshView
  /** how many tasks were looked at for each member's listings, since when; counted anew after a second */
  readonly #searches = new Map<PeerId, { sinceMs: Millis; looked: number }>()

  constructor(config: CustodyConfig, archive: Archive, { self, mesh }: { self: PeerId; mesh: MeshView }) {
    this.#config = config
    this.#self = self
    this.#mesh = mesh
    this.#archive = archive
  }

  onQuery(from: PeerId, message: MessageOf<'query'>, now: Millis, out: CustodianEffect[]): void {
    const { ask, task } = message
    const entry = this.#archive.get(task)
    if (entry?.phase === 'moved') {
      const { version, custodians } = entry.record
      out.push({ type: 'send', to: from, message: { t: 'moved', task, version, custodians } })
      return
    }
    const view = entry && toView(entry)
    out.push({ type: 'send', to: from, message: view ? { t: 'view', ask, task, view } : { t: 'view', ask, task } })
    if (!entry || entry.phase === 'closed' || !message.watch) return
    const others = entry.watchers.filter((w) => w.untilMs > now && !(w.peer === from && w.ask === ask))
    if (others.length >= this.#config.watchersMax) return
    entry.watchers = [...others, { peer: from, ask, untilMs: now + this.#config.watchMs }]
  }

  onList(from: PeerId, message: MessageOf<'list'>, now: Millis, out: CustodianEffect[]): void {
    if (!this.#maySearch(from, now)) return
    const facts = { self: this.#self, removed: (peer: PeerId) => this.#mesh.removed(peer) }
    const { tasks, total } = listEntries(this.#archive.entries(), facts, message)
    out.push({ type: 'send', to: from, message: { t: 'listed', ask: message.ask, tasks, total } })
  }

  /** Whether a member's listing is within listedPerSecondMax; the first of a second always is, however many tasks there are. */
  #maySearch(from: PeerId, now: Millis): boolean {
    let search = this.#searches.get(from)
    if (!search || now - search.sinceMs >= 1000) {
      search = { sinceMs: now, looked: 0 }
      this.#searches.set(from, search)
    } else if (search.looked + this.#archive.size > this.#config.listedPerSecondMax) return false
    search.looked += this.#archive.size
    return true
  }

  /** Tells the task's watchers. To be called wherever what a reader sees has changed. */
  changed(entry: Entry, now: Millis, out: CustodianEffect[]): void {
    if (entry.watchers.length === 0) return
    const task = entry.record.id
    const view = toView(entry)
    for (const { peer, ask, untilMs } of entry.watchers) {
      if (untilMs > now) out.push({ type: 'send', to: peer, message: { t: 'view', ask, task, view } })
    }
  }
}
