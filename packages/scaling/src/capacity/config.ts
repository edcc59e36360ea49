import type { Millis } from '@souk/kernel'
import type { ProvisionCosts } from '../pools/provision-tau.ts'

/** When a mesh grows and shrinks. Guesses are marked. */
export interface CapacityConfig {
  /** what this peer can start others with; undefined: nothing, it only looks */
  scaler: string | undefined
  /** without being asked; else `souk scale apply` alone acts */
  automatic: boolean
  /** demand is summed by so long; shorter is restless, longer is late */
  bucketMs: Millis
  /** from which follows how often capacity should be enough; 9 to 1 is 0.9 (guess) */
  costs: ProvisionCosts
  /** how long a new peer takes until one was seen to come (guess) */
  startMs: Millis
  /** what a new peer brings until one was seen to come */
  slotsPerPeer: number
  /** peers that scaling has started, at once; the bound of what a wrong forecast can do */
  peersMax: number
  /** peers started in any hour, whatever became of them: a scaler that lies or fails spends this and no more */
  startsPerHour: number
  /** peers in one decision */
  stepMax: number
  /** between two orders, and from the start of a life to its first, doubled for its kind with each failure in a row up to an hour; too short acts twice on one need */
  coolDownMs: Millis
  /** fewer would do for so long before one goes; too short lets go what the next wave needs (guess) */
  scaleInMs: Millis
  /** a scaler that has not answered by then, or whose peer has not come, has failed */
  answerMs: Millis
  /** so long after its peer came, or went, an action is judged */
  judgeMs: Millis
  /** actions remembered, with what became of them, beside those that bounds go by: of the last hour, and of peers that are there */
  logMax: number
}

export const defaultCapacityConfig: CapacityConfig = {
  scaler: undefined,
  automatic: true,
  bucketMs: 5_000,
  costs: { coldStart: 9, idleSlot: 1 },
  startMs: 30_000,
  slotsPerPeer: 1,
  peersMax: 4,
  startsPerHour: 20,
  stepMax: 2,
  coolDownMs: 15_000,
  scaleInMs: 120_000,
  answerMs: 120_000,
  judgeMs: 300_000,
  logMax: 64,
}
