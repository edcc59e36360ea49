import { AgedMap, type Millis, type WallMillis } from '@souk/kernel'
import type { Priority, TaskId } from '@souk/wire'

export interface Waiting {
  task: TaskId
  priority: Priority
  sinceMs: Millis
  /** deadline, wall clock; undefined: none */
  dueWallMs: WallMillis | undefined
  failIfUnplaceable: boolean
  /** of one run; absent or 0: no timeout */
  timeoutMs?: Millis
  /** input that a host has to fetch before the task begins; absent: none */
  inputBytes?: number
  /** why the task waits, as its readers were last told; '': not yet told */
  told: '' | 'no-room' | 'unplaceable'
}

/** Waiting tasks of one shape and priority: those with a deadline, earliest first, and the others by arrival. */
export class WaitingLine {
  readonly #plain = new AgedMap<TaskId, Waiting>()
  /** sorted by deadline, equal ones by arrival */
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
    // Several tasks may have this deadline: look back from behind the last of them.
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

  /** Index behind all tasks whose deadline is no later than this. */
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
