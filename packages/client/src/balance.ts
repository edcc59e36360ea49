import type { AppliedPlan, RebalanceStatus, WaitForecast } from './rebalance.ts'
import type { Straggler } from './straggler.ts'

/** Like tasks that are to go from their bearer to a host with room. */
export interface PlannedMove {
  class: string
  from: string
  to: string
  count: number
  /** in the queue of their bearer's host */
  bound: boolean
  /** idle-beside-queue or idle-beside-waiting */
  code: string
  reason: string
  /** by how much earlier they start, on average; absent: without it they never would */
  gainMs?: number
  /** until they can start there: round trips, and their inputs */
  afterMs: number
  /** the first of them */
  tasks: string[]
}

/** Which waiting tasks should go where, what that does to waits, and what stays where it is and why. */
export interface RedistributionPlan {
  moves: PlannedMove[]
  /** code: too-short, data-heavy, small-gain, moved-enough, gang, tied, on-path, no-host, no-room or starts-here */
  leftOut: { class: string; from: string; count: number; code: string; reason: string }[]
  /** of all that waits, if nothing is moved and if all of it is; then of those alone that are moved */
  before: WaitForecast
  after: WaitForecast
  moved: { before: WaitForecast; after: WaitForecast }
}

/** How work is spread over the mesh, as one peer sees it, and what could be done about it. */
export interface Balance {
  at: string
  /** utilisation is an average over so long */
  windowMs: number
  /** tasks that have not begun, but for those that wait for others to end */
  waiting: number
  hosts: {
    peer: string
    draining: boolean
    /** it is under pressure, and takes nothing */
    pressed: boolean
    /** tasks that run there, or wait with it, now */
    running: number
    waiting: number
    /** what was promised to runs: cpu and gpu in whole ones, memory and disk in bytes, network in Mbit/s, slots, declared ones */
    utilisation: { resource: string; used: number; capacity: number; share: number }[]
  }[]
  /** of the slots of hosts that do not drain; all 0 where nothing ran */
  imbalance: {
    hosts: number
    /** standard deviation of their shares over the mean one */
    cv: number
    maxOverMean: number
    /** the least CV that this work can have there: slots that were taken all the time are whole ones */
    cvFloor: number
  }
  /** resources that keep what waits from starting, worst first */
  bottlenecks: { resource: string; tasks: number; share: number; hosts: number }[]
  /** steal: hosts with room ask for work · shed: who has it gives it up · none: moving would gain nothing */
  strategy: { strategy: 'steal' | 'shed' | 'none'; code: string; reason: string }
  /** tasks that wait beside room for them; `bound`: in the queue of a host, which must give them up */
  plan: RedistributionPlan
  /** of the peer that answers */
  rebalance: RebalanceStatus
  /** carried out through the peer that answers, the last time since it started */
  applied?: AppliedPlan
  opportunities: { class: string; from: string; to: string; count: number; bound: boolean }[]
  /** runs that take far longer than their like, longest first, by what the asked peer knows of their classes */
  stragglers: Straggler[]
  /** there were more tasks than are looked at */
  truncated: boolean
  /** members that did not answer in time */
  missing: string[]
}
