import { type Ballot, type Baton, limits, type PeerId, type TaskId } from '@souk/wire'
import { batonBatches } from './baton-batches.ts'
import type { BearerEffect } from './bearer-io.ts'

/** The AWARDs and ACCEPTs of one step, by receiver: one message for many tasks. `Bearer` flushes it after each step. */
export class Outbox {
  readonly #awards = new Map<PeerId, Baton[]>()
  readonly #accepts = new Map<PeerId, { task: TaskId; ballot: Ballot }[]>()

  award(to: PeerId, baton: Baton): void {
    const list = this.#awards.get(to)
    if (list) list.push(baton)
    else this.#awards.set(to, [baton])
  }

  accept(to: PeerId, task: TaskId, ballot: Ballot): void {
    const list = this.#accepts.get(to)
    if (list) list.push({ task, ballot })
    else this.#accepts.set(to, [{ task, ballot }])
  }

  flush(out: BearerEffect[]): void {
    // Mostly there is nothing, and `clear` gives even an empty Map a new table.
    if (this.#awards.size + this.#accepts.size === 0) return
    for (const [to, batons] of this.#awards) {
      for (const batch of batonBatches(batons)) out.push({ type: 'send', to, message: { t: 'award', batons: batch } })
    }
    for (const [to, tasks] of this.#accepts) {
      for (let i = 0; i < tasks.length; i += limits.batonsPerMessageMax) {
        const message = { t: 'accept', tasks: tasks.slice(i, i + limits.batonsPerMessageMax) } as const
        // Without haste: an ACCEPT keeps the giver from repeating the handover, should the connection break.
        out.push({ type: 'send', to, message, along: true })
      }
    }
    this.#awards.clear()
    this.#accepts.clear()
  }
}
