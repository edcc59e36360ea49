import type { Millis } from '@souk/kernel'
import { priorities } from '@souk/wire'
import type { PlanTask } from './plan.ts'

type Task = PlanTask & { index: number }

/**
 * Tasks in the order in which they get a place: by priority, then as they were asked for, each once all that it waits for
 * has one. What waits for something that gets none gets none either; what must be near something is looked at again when
 * something else has got a place.
 */
export class PlanLine {
  readonly #line: Task[]
  #setAside: Task[] = []
  /** when each of those that have a place will have ended */
  readonly #endMs = new Map<number, Millis>()

  constructor(tasks: readonly Task[]) {
    this.#line = [...tasks].sort(
      (a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || a.index - b.index,
    )
  }

  /** The next one, and when the last that it waits for will have ended. */
  next(): { task: Task; fromMs: Millis } | undefined {
    const at = this.#line.findIndex(({ after = [] }) => after.every((index) => this.#endMs.has(index)))
    if (at < 0) return undefined
    const [task] = this.#line.splice(at, 1)
    return { task: task!, fromMs: Math.max(0, ...(task!.after ?? []).map((index) => this.#endMs.get(index)!)) }
  }

  /** There is no place for it as things are. */
  setAside(task: Task): void {
    if (task.shape.near) this.#setAside.push(task)
  }

  placed(index: number, endMs: Millis): void {
    this.#endMs.set(index, endMs)
    this.#line.unshift(...this.#setAside)
    this.#setAside = []
  }
}
