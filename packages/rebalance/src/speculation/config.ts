import type { Millis } from '@souk/kernel'

/** Second runs of tasks that lag. Guesses are marked. */
export interface SpeculationConfig {
  /** false: this peer asks for no second runs; it still runs those of other peers */
  on: boolean
  /** second runs that this peer has elsewhere at once; each takes room that other tasks could use (guess) */
  askedMax: number
  /** second runs for other peers that run here at once */
  heldMax: number
  /** hosts that are asked for one second run, one after the other */
  hostsMax: number
  /** how often the bearer renews a second run */
  renewMs: Millis
  /** a second run ends when not renewed for this long; the bearer gives it up when its host does not answer for this long */
  leaseMs: Millis
}

export const defaultSpeculationConfig: SpeculationConfig = {
  on: false,
  askedMax: 4,
  heldMax: 4,
  hostsMax: 3,
  renewMs: 1_000,
  leaseMs: 2_900,
}
