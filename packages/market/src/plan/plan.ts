import type { Millis } from '@souk/kernel'
import type { Objective, PeerId, Priority, Reason, Shape } from '@souk/wire'
import type { Quantiles } from '../durations.ts'
import type { Help } from '../would-help.ts'

/** A task of a plan; it need not have been submitted. */
export interface PlanTask {
  shape: Shape
  priority: Priority
  /** indexes of the tasks that must have ended before it starts */
  after?: readonly number[]
  /** the gang that it is a member of */
  gang?: { key: string; size: number; rank: number }
}

/** Where and when one objective would run a task; times in milliseconds from now. */
export interface Placing {
  /** of the task in the question */
  index: number
  peer: PeerId
  /** the alternative that it would be given; absent: the request itself */
  alternative?: number
  startMs: Millis
  finishMs: Quantiles
  /** in units of price: the host's price for the time of the run, by the share of the host that it takes */
  cost: number
  /** the duration is the assumed one, since nobody knows any */
  assumed: boolean
}

/** All tasks under one objective. */
export interface ObjectivePlan {
  objective: Objective
  placings: Placing[]
  sum: {
    /** when the last task ends, by the medians */
    finishMs: Millis
    startMsMean: Millis
    cost: number
    /** hosts that get at least one task */
    hosts: number
    /** use of the CPUs of all hosts that answered until finishMs, by these tasks and what is there now; thousandths */
    usedMilli: number
  }
}

/**
 * A task without a place. No `why`: no host takes it, by `reasons` · after: it must follow a task without a place · gang: its
 * gang never has room all at once · gang-part: members of its gang are missing or not alike · gang-unsettled: not all start
 * times of its gang were tried, so it is not known.
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
  /** number of hosts asked, and those of them that did not answer in time */
  asked: number
  silent: PeerId[]
}
