import type { Millis } from '@souk/kernel'
import { priorities } from '@souk/wire'
import type { PlanTask } from './plan.ts'

type Task = PlanTask & { index: number }

/**
 * Tasks in the order in which they get a place: by priority, then in the order given, each once all tasks of its `after` have
 * a place; a gang as a whole, once that is so for each member. A task that follows one without a place gets none either. A
 * task with `near` that found no place is tried again whenever another task has got one.
 */
export class PlanLine {
  #line: Task[]
  #setAside: Task[] = []
  /** when each task that has a place ends, by index */
  readonly #endMs = new Map<number, Millis>()

  constructor(tasks: readonly Task[]) {
    this.#line = [...tasks].sort(
      (a, b) => priorities.indexOf(a.priority) - priorities.indexOf(b.priority) || a.index - b.index,
    )
  }

  /** The next task, or all members of a gang, and when the last task that any of them must follow ends. */
  next(): { tasks: Task[]; fromMs: Millis } | undefined {
    const first = this.#line.find((task) => this.#together(task).every((one) => this.#mayStart(one)))
    if (!first) return undefined
    const tasks = this.#together(first)
    this.#line = this.#line.filter((task) => !tasks.includes(task))
    const ends = tasks.flatMap(({ after = [] }) => after.map((index) => this.#endMs.get(index)!))
    return { tasks, fromMs: Math.max(0, ...ends) }
  }

  /** These tasks have no place as the plan stands. */
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
