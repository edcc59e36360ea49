/** What tasks have cost, and what other ways to have workers would have. In units of price, whatever the mesh agrees on. */
export interface Cost {
  at: string
  /** tasks that were submitted since then are counted, open ones too */
  since: string
  /** units of price an hour of a core, of a gigabyte of memory, of a GPU: for hosts without a price of their own */
  rates: { cpu: number; memory: number; gpu: number }
  /** those that run tasks and can be asked now; `priced` of them have a price of their own; `cost`: had they all been there since */
  hosts: { count: number; priced: number; perHour: number; cost: number }
  total: Spent
  byClass: SpentGroups
  byTenant: SpentGroups
  /** by id of who ran them last; '' where nobody knows */
  byPeer: SpentGroups
  byTask: SpentGroups
  /** of the peer that answers, since it started: warm workers without a task, and workers that got warm for one */
  warm: { idleMs: number; idleCost: number; coldStarts: number; coldStartMs: number; coldStartCost: number }
  compared: ComparedWays
  /** there are more tasks than were looked at */
  truncated: boolean
  /** peers that did not answer; what only they keep is not counted */
  missing: string[]
}

export interface CostQuery {
  /** default: a day ago; at most 30 days */
  since?: Date
  /** how long a worker takes to start in what is compared; default: as long as scaling expects a peer to take, else 30 s */
  startMs?: number
}

/** `unused`, `failed` and `repeated` are parts of `cost` that do not overlap. */
export interface Spent {
  tasks: number
  hours: number
  cost: number
  /** asked for and not used, of runs that were measured and did not fail */
  unused: number
  /** of runs that came to nothing */
  failed: number
  /** of runs before the last; an estimate: each as long as the last, all together no longer than until that one began */
  repeated: number
}

/** The dearest; with the others they add up to the whole. */
export interface SpentGroups {
  groups: (Spent & { name: string })[]
  others: Spent
}

/** The same tasks once more, each class with workers of its own. */
export interface ComparedWays {
  /** of the first task of them: before that no pool is paid for. Absent: there is none */
  since?: string
  startMs: number
  /** classes that were replayed, the dearest, and how many more there are */
  classes: number
  classesLeft: number
  /** what the runs were worth that were replayed, and their waits as they were */
  ran: number
  p95WaitMs: number
  /** follows demand as an autoscaler does, 70 % busy */
  reactive: WaySpent
  /** as many workers, all the time, as were enough 99 % of it */
  fixed: WaySpent
}

export interface WaySpent {
  cost: number
  workers?: number
  coldStarts: number
  /** of the class that waits longest */
  p95WaitMs: number
}
