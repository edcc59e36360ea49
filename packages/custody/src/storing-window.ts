import type { Millis } from '@souk/kernel'

/** bounds of the window, in submits */
const least = 32
/** With twice as many, and 600 tasks at once on three hosts take 3 % longer: the first of them begin 30 ms later. */
const first = 32
const most = 8_192
/**
 * An answer that took so much longer than the fastest of late has waited behind others, which shrinks the window. Tasks stored
 * first can begin while the rest is stored: with 300 ms instead the first of 600 began 40 ms later, and the last one
 * ended 2 % later (2 cores, 3 hosts).
 */
const queuedMs = 60
/** Slower than this is late, however far away custodians are: well under `submitMs`, when clients are told `unknown`. */
const lateMs = 400
/** The fastest answer counts for one to two of these spans. */
const fastestMs = 30_000
/** Submits that were under way together are late together: the window shrinks once for them. */
const shrinkAgainMs = 300
const shrinkTo = 0.7

/**
 * How many submits may be on their way to custodians at once. More than those can store in time make all of them late, and
 * late ones are submitted again, so that a flood would end in nothing but repetitions. As TCP's congestion window: it doubles
 * with each round in time until answers are late for the first time, then grows by little with each answer and shrinks at
 * once when they are late (slow start and AIMD; Jacobson 1988, Chiu and Jain 1989).
 */
export class StoringWindow {
  #size = first
  /** slow start: no answer was late yet */
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
      // An answer in time says nothing about a wider window if less than half of this one was used.
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
