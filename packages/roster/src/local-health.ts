import type { Millis } from '@souk/kernel'
import type { RosterConfig } from './config.ts'

/** What one lag can add: a single stall is soon over, one that lasts is reported again each second. */
const raisedByLagMax = 3

/**
 * How far this peer can trust its own observations (Lifeguard's local health): 0 is well. Everything that points at
 * itself rather than at the others (its own lag, helpers that did not even answer, being suspected) raises it.
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

  /** Of probe period and timeouts. */
  get multiplier(): number {
    return 1 + this.#score
  }

  onLag(lagMs: Millis): void {
    if (lagMs > this.#config.lagMsMin) this.#raise(Math.min(raisedByLagMax, Math.floor(lagMs / this.#config.lagMsMin)))
  }

  onProbeAnswered(): void {
    this.#score = Math.max(0, this.#score - 1)
  }

  /** `silent` of the `asked` helpers said nothing at all; without helpers the failure is as likely ours. */
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
