import type { Millis } from '@souk/kernel'
import { defaultPressureConfig, type PressureConfig } from './pressure-config.ts'

/** Times and bounds of moving work. Guesses are marked. */
export interface RebalanceConfig {
  /**
   * false: nothing moves by itself after its first hand-over. Work still finds its host by auction, and hosts with room
   * still ask for what waits with its bearer; a host under pressure still takes nothing; a drain still empties a peer, and
   * so does a plan that somebody carries out.
   */
  on: boolean
  /**
   * tasks that this peer passes on a second time, or out of its own queue, within any minute: 0 to 100,000 (guess). Too few,
   * and tasks stay queued beside idle hosts; too many, and hosts that misjudge each other pass work to and fro. A drain is
   * not bounded by it
   */
  movesPerMinuteMax: number
  /** how often a host that has a queue looks whether others have room for it (guess); longer delays each move by as much */
  lookMs: Millis
  pressure: PressureConfig
  /**
   * a host that is short of memory for so long, with nothing left to give up in its queue, has its largest run go on elsewhere,
   * and the next one after as long again (guess). Shorter, and runs go that the last one's end would have helped; longer, and
   * the kernel kills one first
   */
  shedRunMs: Millis
  /** how often a peer that drains looks at what it still has to hand over (guess); longer delays each handover by as much */
  sweepMs: Millis
  /** tasks handed over in one look: more would make one frame of messages for each custodian too large to be quick (guess) */
  sweepTasksMax: number
  /** a task that has only come gets its auction before it is handed over: longer than any auction lasts */
  settleMs: Millis
}

export const defaultRebalanceConfig: RebalanceConfig = {
  on: true,
  movesPerMinuteMax: 6_000,
  lookMs: 1_000,
  pressure: defaultPressureConfig,
  shedRunMs: 10_000,
  sweepMs: 100,
  sweepTasksMax: 500,
  settleMs: 200,
}
