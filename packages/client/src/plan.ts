import type { WouldHelp } from './would-help.ts'

/** Where one objective would put a task; times are milliseconds from now, by medians (p50) and for nine of ten (p90). */
export interface PlanPlacing {
  /** of the tasks that were asked about */
  index: number
  peer: string
  /** which of its `alternatives` it would be given, counted from 1; absent: what it asks for by preference */
  alternative?: number
  startMs: number
  finishMs: { p50: number; p90: number }
  /** in units of price: the host's price an hour, for the time and the share of the host that the task takes */
  cost: number
  /** nobody knows yet how long such tasks take: `assumedMs` was used */
  assumed: boolean
}

/** All tasks under one objective. */
export interface PlanOfObjective {
  objective: 'balanced' | 'fast' | 'pack' | 'spread' | 'cheap'
  placings: PlanPlacing[]
  sum: {
    /** until the last one is done */
    finishMs: number
    startMsMean: number
    cost: number
    /** hosts that get at least one */
    hosts: number
    /** thousandths of the CPUs of all hosts that were asked, until then, with what runs there now */
    usedMilli: number
  }
}

/** Why hosts would not take a task, like reasons together. */
export interface PlanReason {
  code: string
  never: boolean
  peers: number
  etaMs?: number
  shortage?: { resource: string; available: number; needed: number }
  detail: string
}

/** A task without a place. */
export interface PlanUnplaced {
  index: number
  /**
   * it waits for one of these that has no place; is one of a gang that never has room all at once; of one of which not all
   * members are among these, or not alike; or of one for which nobody knows, since with so many gangs and other work not all
   * times were looked at. Absent: as `reasons` say
   */
  why?: 'after' | 'gang' | 'gang-part' | 'gang-unsettled'
  reasons: PlanReason[]
  wouldHelp: WouldHelp[]
}

/** The auction without the award. */
export interface Plan {
  objectives: PlanOfObjective[]
  /** tasks that no host that can be asked now would take, and those that are not planned */
  unplaced: PlanUnplaced[]
  /** hosts that were asked, and those of them that did not answer in time */
  asked: number
  silent: string[]
}

export interface PlanOptions {
  /** how long a task is taken to run of whose class nobody knows anything; default one minute */
  assumedMs?: number
  signal?: AbortSignal
}
