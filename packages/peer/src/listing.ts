import {
  comparePositions,
  type MessageOf,
  type PeerId,
  type TaskId,
  type TaskPosition,
  type TaskSummary,
} from '@souk/wire'
import type { Reply } from './effects.ts'

/** Puts together the task lists that several peers answer with. */
export class Listing {
  readonly #limit: number
  readonly #waitingFor: Set<PeerId>
  readonly #tasks = new Map<TaskId, TaskSummary>()
  #total = 0
  /** the list is complete only up to this position: an answer had no room for more */
  #end: TaskPosition | undefined

  constructor(asked: readonly PeerId[], limit: number) {
    this.#limit = limit
    this.#waitingFor = new Set(asked)
  }

  /** Takes one peer's answer. True: it was the last that was waited for. */
  onListed(from: PeerId, { tasks, total }: MessageOf<'listed'>): boolean {
    if (!this.#waitingFor.delete(from)) return false
    let known = 0
    const last = tasks.at(-1)
    if (last && tasks.length < Math.min(this.#limit, total)) this.#endAt(last)
    for (const summary of tasks) {
      // Two custodians that take each other for away both list a task; a closed one is the newer state.
      const before = this.#tasks.get(summary.id)
      if (before) known++
      if (!before || summary.state === 'closed') this.#tasks.set(summary.id, summary)
    }
    this.#total += total - known
    return this.#waitingFor.size === 0
  }

  /** The tasks, newest first, and the peers that have not answered. */
  reply(): Reply {
    const end = this.#end
    const told = [...this.#tasks.values()].filter((task) => !end || comparePositions(task, end) <= 0)
    const tasks = told.sort(comparePositions).slice(0, this.#limit)
    return { type: 'listed', tasks, total: this.#total, missing: [...this.#waitingFor].sort() }
  }

  #endAt(last: TaskPosition): void {
    if (!this.#end || comparePositions(last, this.#end) < 0) this.#end = last
  }
}
