import type { Millis } from '@souk/kernel'

const least = 32
const first = 256
const most = 8_192
/** Slower answers than this shrink the window: well under `submitMs`, after which a client is told that nothing is known. */
const goalMs = 300
const shrinkTo = 0.7

/**
 * How many submits are on their way to their custodians at once. More than these peers can store in time make every one
 * of them late, and what is late is asked for again, so a flood would end in nothing but repetitions. As TCP does it:
 * wider by a little with every answer in time, narrower at once where they are late (AIMD; Chiu and Jain 1989).
 */
export class StoringWindow {
  #size = first
  #shrunkMs: Millis = Number.NEGATIVE_INFINITY

  get size(): number {
    return Math.floor(this.#size)
  }

  /** One of `storing` was answered, or given up, after so long. */
  onAnswered(tookMs: Millis, storing: number, now: Millis): void {
    if (tookMs <= goalMs) {
      // A window that is not used says nothing about a wider one.
      if (storing * 2 >= this.#size) this.#size = Math.min(most, this.#size + 32 / this.#size)
    } else if (now - this.#shrunkMs >= goalMs) {
      this.#shrunkMs = now
      this.#size = Math.max(least, this.#size * shrinkTo)
    }
  }
}
