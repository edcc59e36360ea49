import type { Millis } from '@souk/kernel'
import { defaultPressureConfig, type PressureConfig } from './pressure-config.ts'

/** Times and bounds of moving work. Guesses are marked. */
export interface RebalanceConfig {
  /**
   * false: no task moves by itself after its first handover. Tasks still find their host by auction, and hosts with room still
   * ask for tasks that wait with their bearer; a host under pressure still takes nothing; a drain still empties a peer, and a
   * plan that a person carries out still moves tasks.
   */
  on: boolean
  /**
   * tasks that this peer passes on again, or out of its own queue, within any minute: 0 to 100,000 (guess). Too few: tasks stay
   * queued beside idle hosts; too many: hosts that misjudge each other pass tasks to and fro. A drain is not bounded by it
   */
  movesPerMinuteMax: number
  /** how often a host with a queue looks whether other hosts have room for it (guess); longer delays each move by as much */
  lookMs: Millis
  pressure: PressureConfig
  /**
   * a host that is short of memory for so long, with nothing left in its queue to give up, moves its largest run elsewhere, and
   * the next one after as long again (guess). Shorter: a run is moved though the end of the last one would have helped; longer:
   * the kernel kills one first
   */
  shedRunMs: Millis
  /** how often a draining peer, or one under pressure, looks at what it has to give up (guess); longer delays each handover */
  sweepMs: Millis
  /** tasks given up in one look; with more, a frame of messages to one custodian would be too large to be quick (guess) */
  sweepTasksMax: number
  /** a task that has just come is not moved for this long, so that its auction can place it: longer than any auction lasts */
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
