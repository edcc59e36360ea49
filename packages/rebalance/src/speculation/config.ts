import type { Millis } from '@souk/kernel'

/** Second runs of tasks that lag. Guesses are marked. */
export interface SpeculationConfig {
  /** off: this peer asks for none; it runs those of others all the same */
  on: boolean
  /** second runs that this peer has asked for at once; each takes room that others could use (guess) */
  askedMax: number
  /** those of other peers that run here at once */
  heldMax: number
  /** hosts that are asked for one run, one after the other */
  hostsMax: number
  /** how often a second run is told to go on */
  renewMs: Millis
  /** it ends when it was not told so for so long, and is given up when its host did not answer for so long */
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
