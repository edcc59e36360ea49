import type { Millis } from '@souk/kernel'

const minuteMs = 60_000

/** Allows at most `limit` moves within any minute. A ring of their times: O(1) a move, `limit` numbers in all. */
export class MoveBudget {
  readonly #limit: number
  readonly #times: Millis[] = []
  #next = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Takes one move; false: none is left now. */
  take(now: Millis): boolean {
    if (this.#limit === 0) return false
    const oldest = this.#times[this.#next]
    if (oldest !== undefined && now - oldest < minuteMs) return false
    this.#times[this.#next] = now
    this.#next = (this.#next + 1) % this.#limit
    return true
  }

  /** Moves taken in the last minute. */
  used(now: Millis): number {
    return this.#times.reduce((count, ms) => (now - ms < minuteMs ? count + 1 : count), 0)
  }

  left(now: Millis): number {
    return this.#limit - this.used(now)
  }
}
