/** Whether the mesh has the slots it will need, as a peer sees it that can start others, and what it did. */
export interface Scale {
  at: string
  /** peers that can start others, by what; one of them acts */
  scalers: { peer: string; kind: string; acts: boolean }[]
  /** absent: the peer that answers can start nobody, and does not look */
  here?: ScalePlan
}

export interface ScalePlan {
  /** without being asked; else only `scale()` acts */
  automatic: boolean
  /** slots: tasks that run or wait, and what there is and is on its way */
  needed: number
  slots: number
  comingSlots: number
  /** needed, by what is foretold: once a new peer would be there, and as long again after; absent: not foretold yet */
  soon?: number
  later?: number
  /** a new peer takes so long, and brings so many slots */
  startMs: number
  slotsPerPeer: number
  /** peers started by scaling, and how many there may be */
  grown: number
  peersMax: number
  /** peers that may yet be started in this hour */
  startsLeft: number
  /** of the classes of which most is needed soon, by what all peers tell of them */
  classes: ScaleClass[]
  /** what is decided now, and why */
  action: 'grow' | 'shrink' | 'stay'
  peers: number
  code: string
  reason: string
  /** the latest orders, oldest first */
  log: ScaleEntry[]
}

/** What the mesh has and expects of one class. */
export interface ScaleClass {
  class: string
  /** that told of it */
  peers: number
  /** tasks that run or wait now */
  present: number
  /** how long a run takes; absent: nobody knows */
  runMs?: number
  /** submitted a second, expected once a new peer would be there; absent: nobody foretells it yet */
  perSecond?: number
  /** tasks at once that will do nearly always: once a new peer would be there, and as long again after */
  soon: number
  later: number
}

export interface ScaleEntry {
  intent: string
  kind: 'grow' | 'shrink'
  at: string
  why: string
  state: 'asked' | 'done' | 'failed' | 'judged'
  /** of the scaler's answer */
  code: string
  /** until its peer was there */
  tookMs?: number
  /** right; late: tasks waited, or it had long been idle; early: long before, or missed soon; needless; failed */
  judgement?: 'right' | 'early' | 'late' | 'needless' | 'failed'
}

export interface ScaleCalls {
  /** what the connected peer would do about the capacity of the mesh, and what it did */
  scalePlan(signal?: AbortSignal): Promise<Scale>
  /** has it done now, cool-down or not; its bounds hold. Role admin; rejects with `no-scaler` where it can start nobody */
  scale(signal?: AbortSignal): Promise<Scale>
}
