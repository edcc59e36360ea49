import type { Millis } from '@souk/kernel'
import { priorities } from '@souk/wire'
import type { PlanTask } from './plan.ts'

type Task = PlanTask & { index: number }

/**
 * Tasks in the order in which they get a place: by priority, then as they were asked for, each once all that it waits for
 * has one; all members of a gang with the first of them, once that is so of each. What waits for something that gets none
 * gets none either; what must be near something is looked at again when something else has got a place.
 */
export class PlanLine {
  #line: Task[]
  #setAside: Task[] = []
  /** when each of those that have a place will have ended */
  readonly #endMs = new Map<number, Millis>()

  constructor(tasks: readonly Task[]) {
    this.#line = [...tasks].sort(
      (a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || a.index - b.index,
    )
  }

  /** The next one, or all of a gang, and when the last that any of them waits for will have ended. */
  next(): { tasks: Task[]; fromMs: Millis } | undefined {
    const first = this.#line.find((task) => this.#together(task).every((one) => this.#mayStart(one)))
    if (!first) return undefined
    const tasks = this.#together(first)
    this.#line = this.#line.filter((task) => !tasks.includes(task))
    const ends = tasks.flatMap(({ after = [] }) => after.map((index) => this.#endMs.get(index)!))
    return { tasks, fromMs: Math.max(0, ...ends) }
  }

  /** There is no place for them as things are. */
  setAside(tasks: readonly Task[]): void {
    if (tasks[0]?.shape.near) this.#setAside.push(...tasks)
  }

  placed(index: number, endMs: Millis): void {
    this.#endMs.set(index, endMs)
    this.#line.unshift(...this.#setAside)
    this.#setAside = []
  }

  #mayStart({ after = [] }: Task): boolean {
    return after.every((index) => this.#endMs.has(index))
  }

  #together(task: Task): Task[] {
    const { gang } = task
    return gang ? this.#line.filter((other) => other.gang?.key === gang.key) : [task]
  }
}
