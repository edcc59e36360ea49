import type { Millis } from '@souk/kernel'
import type { CapacityDecision } from './decide-capacity.ts'

/** Why nothing is started though more is needed. */
const stillShort: ReadonlySet<string> = new Set(['on-the-way', 'cool-down', 'at-most', 'budget'])

/**
 * How long whoever comes first may take to start a peer that is needed. Who only says that it can start others, or has a
 * scaler that never brings any, is passed over after that.
 */
export class Patience {
  readonly #answerMs: Millis
  /** more is needed, and no peer has come, since then */
  #shortSinceMs: Millis | undefined
  #seen = 0

  /** @param answerMs for each that comes before */
  constructor(answerMs: Millis) {
    this.#answerMs = answerMs
  }

  /** So many peers are there that somebody has started: one more, and whoever starts them does what it says it can. */
  watch(started: number, now: Millis): void {
    if (started > this.#seen && this.#shortSinceMs !== undefined) this.#shortSinceMs = now
    this.#seen = started
  }

  decided({ action, code }: CapacityDecision, now: Millis): void {
    if (action === 'grow') this.#shortSinceMs ??= now
    else if (!stillShort.has(code)) this.#shortSinceMs = undefined
  }

  /** Whether those before it, so many, have had their time. */
  isTurn(before: number, now: Millis): boolean {
    return before === 0 || now - (this.#shortSinceMs ?? now) >= before * this.#answerMs
  }
}
