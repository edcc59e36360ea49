import type { Millis } from '@souk/kernel'
import type { Objective, PeerId, Priority, Reason, Shape } from '@souk/wire'
import type { Quantiles } from '../durations.ts'
import type { Help } from '../would-help.ts'

/** A task that is only thought of. */
export interface PlanTask {
  shape: Shape
  priority: Priority
  /** places, in what was asked, of those that must have ended before it starts */
  after?: readonly number[]
  /** one of several that start together, at a place of its own among them */
  gang?: { key: string; size: number; rank: number }
}

/** Where one objective would put a task, in milliseconds from now. */
export interface Placing {
  /** its place in what was asked */
  index: number
  peer: PeerId
  /** what it would be given of what it asks for; absent: the request itself */
  alternative?: number
  startMs: Millis
  finishMs: Quantiles
  /** in units of price: the host's price for the time of the run, by the share of the host that it takes */
  cost: number
  /** nobody knows how long it takes: as long as was assumed */
  assumed: boolean
}

/** All tasks under one objective. */
export interface ObjectivePlan {
  objective: Objective
  placings: Placing[]
  sum: {
    /** until the last one is done, by the medians */
    finishMs: Millis
    startMsMean: Millis
    cost: number
    /** hosts that get at least one of them */
    hosts: number
    /** of the CPUs of all hosts that were asked, while these tasks run, with what runs there now: thousandths */
    usedMilli: number
  }
}

/**
 * A task that no host that can be asked would take; or (`why`) that waits for one that has no place here, is one of a gang
 * for which there is no room all at once, of one that is not here as a whole, or not alike, or of one that was not looked at
 * to the end, so that nobody knows.
 */
export interface Unplaced {
  index: number
  why?: 'after' | 'gang' | 'gang-part' | 'gang-unsettled'
  reasons: Reason[]
  help: Help[]
}

export interface Plan {
  objectives: ObjectivePlan[]
  unplaced: Unplaced[]
  /** hosts that were asked, and those of them that did not answer in time */
  asked: number
  silent: PeerId[]
}
