import type { WallMillis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { Entry } from './entry.ts'

/** Every task that this custodian knows: open ones, and the newest of the closed ones. */
export class Archive {
  readonly #entries = new Map<TaskId, Entry>()
  /** in the order in which they closed */
  readonly #closed = new Map<TaskId, WallMillis>()

  get(task: TaskId): Entry | undefined {
    return this.#entries.get(task)
  }

  add(entry: Entry): void {
    this.#entries.set(entry.record.id, entry)
  }

  remove(task: TaskId): void {
    this.#entries.delete(task)
    this.#closed.delete(task)
  }

  close(task: TaskId, wallMs: WallMillis): void {
    this.#closed.set(task, wallMs)
  }

  get openCount(): number {
    return this.#entries.size - this.#closed.size
  }

  get size(): number {
    return this.#entries.size
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Closed tasks that are to be forgotten: over the limit, or closed before `beforeWallMs`; oldest first. */
  outlived(limit: number, beforeWallMs: WallMillis): TaskId[] {
    const gone: TaskId[] = []
    let left = this.#closed.size
    for (const [task, wallMs] of this.#closed) {
      if (left <= limit && wallMs >= beforeWallMs) break
      gone.push(task)
      left--
    }
    return gone
  }
}
