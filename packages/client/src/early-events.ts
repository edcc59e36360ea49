import type { SessionEvent } from './schema/session.ts'

/** of all tasks together; beyond it the tasks are asked for instead */
const earlyEventsMax = 20_000

type TaskEvent = Exclude<SessionEvent, { type: 'hello' | 'resync' }>

/**
 * Events that overtook the answer to their own submit: kept while a submit is under way, since a task's id is
 * known only with that answer.
 */
export class EarlyEvents {
  readonly #byTask = new Map<string, TaskEvent[]>()
  #count = 0
  #submits = 0
  /** some were dropped while the submits now under way were */
  overflowed = false

  submitBegan(): void {
    this.#submits++
  }

  submitEnded(): void {
    if (--this.#submits > 0) return
    this.#byTask.clear()
    this.#count = 0
    this.overflowed = false
  }

  keep(event: TaskEvent): void {
    if (this.#submits === 0) return
    if (this.#count >= earlyEventsMax) {
      this.overflowed = true
      return
    }
    this.#count++
    const events = this.#byTask.get(event.task)
    if (events) events.push(event)
    else this.#byTask.set(event.task, [event])
  }

  take(task: string): TaskEvent[] | undefined {
    const events = this.#byTask.get(task)
    if (!events) return undefined
    this.#byTask.delete(task)
    this.#count -= events.length
    return events
  }
}
