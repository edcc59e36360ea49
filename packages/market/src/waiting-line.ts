import { AgedMap, type Millis, type WallMillis } from '@souk/kernel'
import type { Priority, TaskId } from '@souk/wire'

export interface Waiting {
  task: TaskId
  priority: Priority
  sinceMs: Millis
  /** by when it is wanted, by the clock on the wall; undefined: it has no deadline */
  dueWallMs: WallMillis | undefined
  failIfUnplaceable: boolean
  /** of one run; absent or 0: none */
  timeoutMs?: Millis
  /** what its host has to fetch before it begins; absent: nothing */
  inputBytes?: number
  /** why it waits, as its readers know it; '' before they were told */
  told: '' | 'no-room' | 'unplaceable'
}

/** Waiting tasks of one shape and priority: those with a deadline, earliest first, and the others by arrival. */
export class WaitingLine {
  readonly #plain = new AgedMap<TaskId, Waiting>()
  /** sorted by deadline; those of one time by arrival */
  readonly #due: Waiting[] = []
  readonly #dueOf = new Map<TaskId, Waiting>()

  get size(): number {
    return this.#plain.size + this.#due.length
  }

  add(waiting: Waiting): void {
    const { task, dueWallMs } = waiting
    if (dueWallMs === undefined) {
      this.#plain.set(task, waiting)
      return
    }
    this.#due.splice(this.#placeAfter(dueWallMs), 0, waiting)
    this.#dueOf.set(task, waiting)
  }

  delete(task: TaskId): boolean {
    const waiting = this.#dueOf.get(task)
    if (!waiting) return this.#plain.delete(task)
    this.#dueOf.delete(task)
    // Of those with its deadline it may be any.
    let at = this.#placeAfter(waiting.dueWallMs!) - 1
    while (this.#due[at] !== waiting) at--
    this.#due.splice(at, 1)
    return true
  }

  first(): Waiting | undefined {
    return this.firstDue() ?? this.firstPlain()
  }

  firstDue(): Waiting | undefined {
    return this.#due[0]
  }

  firstPlain(): Waiting | undefined {
    return this.#plain.oldest()?.[1]
  }

  *all(): Generator<Waiting> {
    yield* this.#due
    yield* this.#plain.values()
  }

  /** Where one with this deadline goes: behind all that are wanted no later. */
  #placeAfter(dueWallMs: number): number {
    let from = 0
    let to = this.#due.length
    while (from < to) {
      const middle = (from + to) >> 1
      if (this.#due[middle]!.dueWallMs! <= dueWallMs) from = middle + 1
      else to = middle
    }
    return from
  }
}
