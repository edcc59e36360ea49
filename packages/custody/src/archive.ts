import { AgedMap, type WallMillis } from '@souk/kernel'
import type { TaskId } from '@souk/wire'
import type { Entry } from './entry.ts'

/** Every task that this custodian knows: open ones, and the newest of the closed and the moved ones. */
export class Archive {
  readonly #entries = new Map<TaskId, Entry>()
  /** over for this custodian, in the order in which that came about */
  readonly #over = new Map<TaskId, WallMillis>()
  /** of these, the ones that have their results yet */
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

  /** It has its outcome, or others keep it now. */
  close(task: TaskId, wallMs: WallMillis): void {
    this.#over.set(task, wallMs)
    this.#whole.set(task, wallMs)
  }

  /** When it was over for this custodian. */
  overWallMs(task: TaskId): WallMillis | undefined {
    return this.#over.get(task)
  }

  /** It is kept here again, under another version. */
  reopen(task: TaskId): void {
    this.#over.delete(task)
    this.#whole.delete(task)
  }

  /** The oldest that has its result yet, where it was over before that time or there are over `limit`; each is given once. */
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
