import type { MessageOf, PeerId, TaskId, TaskSummary } from '@souk/wire'
import type { Reply } from './effects.ts'

/** What several peers say of their tasks, put together. */
export class Listing {
  readonly #limit: number
  readonly #waitingFor: Set<PeerId>
  readonly #tasks = new Map<TaskId, TaskSummary>()
  #total = 0

  constructor(asked: readonly PeerId[], limit: number) {
    this.#limit = limit
    this.#waitingFor = new Set(asked)
  }

  /** True: that was the last that was waited for. */
  onListed(from: PeerId, { tasks, total }: MessageOf<'listed'>): boolean {
    if (!this.#waitingFor.delete(from)) return false
    let known = 0
    for (const summary of tasks) {
      // Two that take each other for away both tell of it; the one that is further counts.
      const before = this.#tasks.get(summary.id)
      if (before) known++
      if (!before || summary.state === 'closed') this.#tasks.set(summary.id, summary)
    }
    this.#total += total - known
    return this.#waitingFor.size === 0
  }

  /** The newest first, and who has not answered. */
  reply(): Reply {
    const tasks = [...this.#tasks.values()].sort(
      (a, b) => b.submittedWallMs - a.submittedWallMs || (a.id < b.id ? -1 : 1),
    )
    const missing = [...this.#waitingFor].sort()
    return { type: 'listed', tasks: tasks.slice(0, this.#limit), total: this.#total, missing }
  }
}
