import { type Ballot, type Baton, limits, type PeerId, type TaskId } from '@souk/wire'
import { batonBatches } from './baton-batches.ts'
import type { BearerEffect } from './bearer-io.ts'

/** Batons and accepts of one turn, by receiver: one message each instead of one per task. */
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
    // Asked after every step, mostly for nothing: to clear an empty Map makes it a new table.
    if (this.#awards.size + this.#accepts.size === 0) return
    for (const [to, batons] of this.#awards) {
      for (const batch of batonBatches(batons)) out.push({ type: 'send', to, message: { t: 'award', batons: batch } })
    }
    for (const [to, tasks] of this.#accepts) {
      for (let i = 0; i < tasks.length; i += limits.batonsPerMessageMax) {
        const message = { t: 'accept', tasks: tasks.slice(i, i + limits.batonsPerMessageMax) } as const
        // Only for the case that the connection breaks: then whoever handed them over would do it again.
        out.push({ type: 'send', to, message, along: true })
      }
    }
    this.#awards.clear()
    this.#accepts.clear()
  }
}
