import type { Millis } from '@souk/kernel'

/** Bids remembered at most; more within a round trip count as so many. */
const bidsMax = 1024

/**
 * Counts bids of this host that may still be awarded, which takes a round trip. Bids do not reserve, so each further asker is
 * told in its bid (`racedMilli`) how many others were bid the same room just before.
 */
export class Rivals {
  readonly #untilMs: Millis[] = []

  /** Notes a bid that may be awarded within `forMs`. */
  add(now: Millis, forMs: Millis): void {
    if (this.#untilMs.length >= bidsMax) this.#untilMs.shift()
    this.#untilMs.push(now + forMs)
  }

  count(now: Millis): number {
    let over = 0
    while (over < this.#untilMs.length && this.#untilMs[over]! <= now) over++
    this.#untilMs.splice(0, over)
    return this.#untilMs.length
  }
}
