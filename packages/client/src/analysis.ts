/** How many tasks of one kind, and where they are. */
export interface AnalysisGroup {
  /** '(others)' sums up what has no line of its own */
  name: string
  /** waiting + running + succeeded + ended otherwise */
  tasks: number
  waiting: number
  running: number
  succeeded: number
  endedOtherwise: number
}

/** One resource: cpu (devices and CPUs in whole units), memory and disk (bytes), network (Mbit/s), slots, gpu, or a declared one. */
export interface ResourceDemand {
  resource: string
  /** what the runs that ended asked for, times how long they took: CPU-seconds, byte-seconds … */
  askedSeconds: number
  /** asked for by what runs now, and by what waits now */
  running: number
  waiting: number
  /** what the peers that can be asked offer in all */
  capacity: number
}

/** Arrivals over the window, oldest bucket first. */
export interface Arrivals {
  /** when the first bucket begins */
  from: string
  bucketMs: number
  counts: number[]
  /** of one bucket */
  peak: number
  mean: number
}

/** How long tasks of one class waited, from the submit until their last run began. */
export interface ClassWaits {
  class: string
  /** runs that began, of which the quantiles are */
  began: number
  p50Ms: number
  p95Ms: number
  /** that wait now, and the longest of them */
  waiting: number
  longestMs: number
}

export interface ResourceHolder {
  tenant: string
  class: string
  tasks: number
  amount: number
  /** of the first few */
  ids: string[]
}

/** A resource of one host that a waiting task would need, and who has it. */
export interface Contention {
  peer: string
  resource: string
  available: number
  needed: number
  holders: ResourceHolder[]
}

/** Like tasks that wait for what others hold. */
export interface Conflict {
  class: string
  tenant: string
  priority: string
  waiting: number
  longestMs: number
  ids: string[]
  /** hosts that cannot run them (too small, draining, or kept out by a tie), and hosts that seem to have room now */
  unfitHosts: number
  roomyHosts: number
  /** hosts that could and are full: all of them, of which the first few are in `at` */
  fullHosts: number
  at: Contention[]
}

/** What was asked of the mesh over a window, what runs and waits now, and who waits for what whom holds. */
export interface Analysis {
  at: string
  windowMs: number
  /** the one peer whose tasks these are; absent: the whole mesh */
  peer?: string
  /** submitted within the window, or open now */
  tasks: number
  /** there were more than are looked at; the newest are in it */
  truncated: boolean
  missing: string[]
  byClass: AnalysisGroup[]
  byExecutor: AnalysisGroup[]
  byTenant: AnalysisGroup[]
  byPriority: AnalysisGroup[]
  demand: ResourceDemand[]
  arrivals: Arrivals
  waits: ClassWaits[]
  conflicts: Conflict[]
}

export interface AnalysisQuery {
  /** default an hour; 1 s to 30 days */
  windowMs?: number
  /** name or id: only what it ran, runs or bears */
  peer?: string
}
