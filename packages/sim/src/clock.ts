import type { Millis } from '@souk/kernel'

/** One node's monotonic clock: it starts anywhere and runs a little fast or slow. */
export class NodeClock {
  readonly offsetMs: number
  /** ms of this clock in one ms of the world; 1 = perfect */
  readonly rate: number
  #latest: Millis = Number.NEGATIVE_INFINITY

  constructor(offsetMs: number, rate: number) {
    this.offsetMs = offsetMs
    this.rate = rate
  }

  /** What this clock shows at a world time. Never falls. */
  at(worldMs: number): Millis {
    this.#latest = Math.max(this.#latest, this.offsetMs + worldMs * this.rate)
    return this.#latest
  }

  /** When, in world time, this clock shows `at`. */
  toWorld(at: Millis): number {
    return (at - this.offsetMs) / this.rate
  }
}
