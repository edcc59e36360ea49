import type { Millis } from '@souk/kernel'

const least = 32
/** Twice as many, and 600 tasks at once on three hosts take 3 % longer: the first of them begin 30 ms later. */
const first = 32
const most = 8_192
/**
 * An answer that took so much longer than the fastest of late waited behind others: that shrinks the window. What is stored
 * first can begin while the rest is stored: with 300 ms instead the first of 600 tasks began 40 ms later (2 cores, 3
 * hosts), and their last one ended 2 % later.
 */
const queuedMs = 60
/** Slower than this is late, however far away its custodians are: well under `submitMs`, when a client is told that nothing is known. */
const lateMs = 400
/** The fastest answer is remembered for one to two of these. */
const fastestMs = 30_000
/** All answers that were under way together are late together. */
const shrinkAgainMs = 300
const shrinkTo = 0.7

/**
 * How many submits are on their way to their custodians at once. More than these peers can store in time make every one
 * of them late, and what is late is asked for again, so a flood would end in nothing but repetitions. As TCP does it:
 * twice as wide with every round in time until answers are late for the first time, then wider by a little with each and
 * narrower at once where they are late (slow start and AIMD; Jacobson 1988, Chiu and Jain 1989).
 */
export class StoringWindow {
  #size = first
  /** until answers were late once, it is not known how wide it may be */
  #probing = true
  /** the fastest answer since `sinceMs`, and in the time before that */
  #fastest: Millis = Number.POSITIVE_INFINITY
  #before: Millis = Number.POSITIVE_INFINITY
  #sinceMs: Millis = Number.NEGATIVE_INFINITY
  #shrunkMs: Millis = Number.NEGATIVE_INFINITY

  get size(): number {
    return Math.floor(this.#size)
  }

  /** One of `storing` was answered, or given up, after so long. */
  onAnswered(tookMs: Millis, storing: number, now: Millis): void {
    if (!this.#isLate(tookMs, now)) {
      // A window that is not used says nothing about a wider one.
      if (storing * 2 >= this.#size) this.#size = Math.min(most, this.#size + (this.#probing ? 1 : 32 / this.#size))
    } else if (now - this.#shrunkMs >= shrinkAgainMs) {
      this.#shrunkMs = now
      this.#probing = false
      this.#size = Math.max(least, this.#size * shrinkTo)
    }
  }

  #isLate(tookMs: Millis, now: Millis): boolean {
    if (now - this.#sinceMs >= fastestMs) {
      this.#sinceMs = now
      this.#before = this.#fastest
      this.#fastest = tookMs
    }
    this.#fastest = Math.min(this.#fastest, tookMs)
    return tookMs > Math.min(this.#fastest, this.#before) + queuedMs || tookMs > lateMs
  }
}
