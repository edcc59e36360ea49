import { AgedMap, type WallMillis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { Entry } from './entry.ts'

/** Every task that this custodian knows: the open ones, and the closed and moved ones that `Retention` has not forgotten. */
export class Archive {
  readonly #entries = new Map<TaskId, Entry>()
  /** closed and moved tasks with when they became so, in that order */
  readonly #over = new Map<TaskId, WallMillis>()
  /** those of them that still have their results */
  readonly #whole = new AgedMap<TaskId, WallMillis>()

  get(task: TaskId): Entry | undefined {
    return this.#entries.get(task)
  }

  add(entry: Entry): void {
    this.#entries.set(entry.record.id, entry)
  }

  remove(task: TaskId): void {
    this.#entries.delete(task)
    this.reopen(task)
  }

  /** The task is over for this custodian: its outcome is chosen, or others keep it now. */
  close(task: TaskId, wallMs: WallMillis): void {
    this.#over.set(task, wallMs)
    this.#whole.set(task, wallMs)
  }

  /** When the task was over for this custodian. */
  overWallMs(task: TaskId): WallMillis | undefined {
    return this.#over.get(task)
  }

  /** The task is not over here any more: another version of it is kept here, or it is removed. */
  reopen(task: TaskId): void {
    this.#over.delete(task)
    this.#whole.delete(task)
  }

  /** The oldest with its result, if it was over before that time or more than `limit` have theirs; gives each task once. */
  popWhole(beforeWallMs: WallMillis, limit: number): Entry | undefined {
    const oldest = this.#whole.oldest()
    if (!oldest || (oldest[1] >= beforeWallMs && this.#whole.size <= limit)) return undefined
    this.#whole.delete(oldest[0])
    return this.#entries.get(oldest[0])
  }

  get openCount(): number {
    return this.#entries.size - this.#over.size
  }

  get size(): number {
    return this.#entries.size
  }

  entries(): IterableIterator<Entry> {
    return this.#entries.values()
  }

  /** Tasks that are to be forgotten: over the limit, or over before `beforeWallMs`; oldest first. */
  outlived(limit: number, beforeWallMs: WallMillis, atMost: number): TaskId[] {
    const gone: TaskId[] = []
    let left = this.#over.size
    for (const [task, wallMs] of this.#over) {
      if ((left <= limit && wallMs >= beforeWallMs) || gone.length >= atMost) break
      gone.push(task)
      left--
    }
    return gone
  }
}
