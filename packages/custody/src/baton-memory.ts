import { BoundedMap, type Millis } from '@souk/kernel'
import { type Ballot, type Bearer, compareBallots, type TaskId } from '@souk/wire'

/** Per task the highest ballot under which this life had its baton, so that no late copy of one is taken again (I16). */
export class BatonMemory {
  readonly #seen: BoundedMap<TaskId, { ballot: Ballot; atMs: Millis; passedTo?: Bearer }>
  readonly #keepMs: Millis

  constructor(limit: number, keepMs: Millis) {
    this.#seen = new BoundedMap(limit)
    this.#keepMs = keepMs
  }

  /** Whether this life had the task under this ballot, or a higher one. */
  has(task: TaskId, ballot: Ballot): boolean {
    const seen = this.#seen.get(task)
    return seen !== undefined && compareBallots(seen.ballot, ballot) >= 0
  }

  /** False: full of batons younger than `keepMs`, so this one cannot be remembered and must be refused. */
  remember(task: TaskId, ballot: Ballot, now: Millis): boolean {
    if (this.#seen.full && !this.#seen.has(task)) {
      const oldest = this.#seen.oldest()
      if (!oldest || now - oldest[1].atMs < this.#keepMs) return false
      this.#seen.delete(oldest[0])
    }
    this.#seen.push(task, { ballot, atMs: now })
    return true
  }

  /** The baton went on from here to `to` under this ballot. */
  passOn(task: TaskId, ballot: Ballot, to: Bearer): void {
    const seen = this.#seen.get(task)
    if (seen && compareBallots(seen.ballot, ballot) === 0) seen.passedTo = to
  }

  /** To whom the baton was passed on under this ballot, if it was. */
  passedTo(task: TaskId, ballot: Ballot): Bearer | undefined {
    const seen = this.#seen.get(task)
    return seen && compareBallots(seen.ballot, ballot) === 0 ? seen.passedTo : undefined
  }
}
