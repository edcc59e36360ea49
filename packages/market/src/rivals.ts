import type { Millis } from '@souk/kernel'

/** Bids remembered at most; more in a round trip are as good as so many. */
const bidsMax = 1024

/**
 * The bids of this host that may still be answered by an award, which takes a round trip. A bid promises nothing, so the
 * next asker is told how many others were offered the same room just before.
 */
export class Rivals {
  readonly #untilMs: Millis[] = []

  /** A bid was made that can be answered for so long. */
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
