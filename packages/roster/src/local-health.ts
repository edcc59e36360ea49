import type { Millis } from '@souk/kernel'
import type { RosterConfig } from './config.ts'

/** Most that one lag adds to the score: a single stall is soon over, one that lasts is reported again each second. */
const raisedByLagMax = 3

/**
 * How far this peer can trust its own observations (Lifeguard's local health): 0 is well. What points at this peer rather than
 * at others raises the score: its own lag, helpers that did not even answer, being suspected. Answered probes lower it.
 */
export class LocalHealth {
  readonly #config: RosterConfig
  #score = 0

  constructor(config: RosterConfig) {
    this.#config = config
  }

  get score(): number {
    return this.#score
  }

  /** What probe periods and timeouts are multiplied by. */
  get multiplier(): number {
    return 1 + this.#score
  }

  onLag(lagMs: Millis): void {
    if (lagMs > this.#config.lagMsMin) this.#raise(Math.min(raisedByLagMax, Math.floor(lagMs / this.#config.lagMsMin)))
  }

  onProbeAnswered(): void {
    this.#score = Math.max(0, this.#score - 1)
  }

  /** `silent` of the `asked` helpers said nothing at all. Without helpers the fault is as likely this peer's own. */
  onProbeFailed(asked: number, silent: number): void {
    this.#raise(asked === 0 ? 1 : silent)
  }

  onSuspected(): void {
    this.#raise(1)
  }

  #raise(by: number): void {
    this.#score = Math.min(this.#config.healthMax, this.#score + by)
  }
}
