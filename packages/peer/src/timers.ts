import type { Millis } from '@souk/kernel'
import type { Steps } from './steps.ts'
import { dueTimes } from './wake-one.ts'

/** The next timer of one machine. */
export interface DueTimer {
  /** roster, custodian, bidder, … */
  machine: string
  /** time until it fires; 0: it is due */
  inMs: Millis
}

/** The next timer of each machine that has one, soonest first. */
export function dueTimers(steps: Steps, now: Millis): DueTimer[] {
  return dueTimes(steps)
    .filter(([, dueMs]) => dueMs < Infinity)
    .map(([machine, dueMs]) => ({ machine, inMs: Math.max(0, dueMs - now) }))
    .sort((a, b) => a.inMs - b.inMs || (a.machine < b.machine ? -1 : 1))
}
