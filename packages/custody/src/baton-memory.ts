import { BoundedMap, type Millis } from '@souk/kernel'
import { type Ballot, type Bearer, compareBallots, type TaskId } from '@souk/wire'

/** Batons that this life has borne or passed on, so that a late copy is never taken again (I16). */
export class BatonMemory {
  readonly #seen: BoundedMap<TaskId, { ballot: Ballot; atMs: Millis; passedTo?: Bearer }>
  readonly #keepMs: Millis

  constructor(limit: number, keepMs: Millis) {
    this.#seen = new BoundedMap(limit)
    this.#keepMs = keepMs
  }

  /** True when this ballot, or a later one, was here already. */
  has(task: TaskId, ballot: Ballot): boolean {
    const seen = this.#seen.get(task)
    return seen !== undefined && compareBallots(seen.ballot, ballot) >= 0
  }

  /** False: too many recent ones to remember another, so it must be refused. */
  remember(task: TaskId, ballot: Ballot, now: Millis): boolean {
    if (this.#seen.full && !this.#seen.has(task)) {
      const oldest = this.#seen.oldest()
      if (!oldest || now - oldest[1].atMs < this.#keepMs) return false
      this.#seen.delete(oldest[0])
    }
    this.#seen.push(task, { ballot, atMs: now })
    return true
  }

  /** It went on from here under this ballot. */
  passOn(task: TaskId, ballot: Ballot, to: Bearer): void {
    const seen = this.#seen.get(task)
    if (seen && compareBallots(seen.ballot, ballot) === 0) seen.passedTo = to
  }

  /** Where it went under this ballot, if it was passed on from here. */
  passedTo(task: TaskId, ballot: Ballot): Bearer | undefined {
    const seen = this.#seen.get(task)
    return seen && compareBallots(seen.ballot, ballot) === 0 ? seen.passedTo : undefined
  }
}
