import type { Clock } from '../src/index.ts'

/** A clock that the test moves; timers run in the order they are due. */
export class ManualClock implements Clock {
  #now = 0
  #timers: { at: number; callback: () => void }[] = []
  /** how much of the wall clock's time this host has slept through */
  sleptMs = 0
  /** how often a timer was armed */
  armed = 0

  now(): number {
    return this.#now
  }

  wall(): number {
    return 1_000_000 + this.sleptMs + this.#now
  }

  after(ms: number, callback: () => void): () => void {
    this.armed++
    const timer = { at: this.#now + ms, callback }
    this.#timers.push(timer)
    return () => {
      this.#timers = this.#timers.filter((t) => t !== timer)
    }
  }

  get pending(): number {
    return this.#timers.length
  }

  advance(ms: number): void {
    const end = this.#now + ms
    for (;;) {
      const next = this.#timers.filter((t) => t.at <= end).sort((a, b) => a.at - b.at)[0]
      if (!next) break
      this.#timers = this.#timers.filter((t) => t !== next)
      this.#now = Math.max(this.#now, next.at)
      next.callback()
    }
    this.#now = end
  }
}
