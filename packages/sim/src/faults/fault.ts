/** What happens to the whole mesh, and what to one node. Loss and the like are the network's shape. */
export const meshFaultKinds = ['partition', 'partial', 'flapping', 'swizzle', 'mass-rejoin'] as const
export const nodeFaultKinds = [
  'crash',
  'freeze',
  'slow',
  'disk-full',
  'clock-jump',
  'bit-flip',
  'rollback',
  'loss',
] as const
/** What weighs on one host, whatever else happens to its peer. */
export const hostFaultKinds = ['pressure'] as const
/** What one member is for the whole of a run: late, gone or removed before its end, a liar; or for a while: it drains. */
export const memberFaultKinds = ['late-join', 'leave', 'liar', 'drain', 'removal'] as const
export const faultKinds = [...meshFaultKinds, ...nodeFaultKinds, ...hostFaultKinds, ...memberFaultKinds] as const

export type MeshFaultKind = (typeof meshFaultKinds)[number]
export type NodeFaultKind = (typeof nodeFaultKinds)[number]
export type MemberFaultKind = (typeof memberFaultKinds)[number]
export type FaultKind = (typeof faultKinds)[number]

/**
 * What a killed peer's disk has of the writes that were not answered yet: all of them, none, what was being flushed
 * or not (`either`), or that in part, so that a record of it is damaged.
 */
export type KillWrites = 'kept' | 'lost' | 'either' | 'torn'

/** What a lying member may do to what leaves it. */
export const lies = ['inflated-bids', 'replayed-adverts', 'forged-batons', 'oversized', 'garbage'] as const
export type Lie = (typeof lies)[number]

/** What a host runs out of. */
export const pressures = ['memory', 'disk'] as const
export type PressureOf = (typeof pressures)[number]

/** Two nodes, the lower one first. */
export type Pair = readonly [a: number, b: number]

/** One link of a node group that is clogged for its own while. */
export interface Clog {
  node: number
  atMs: number
  untilMs: number
}

interface Span {
  atMs: number
  untilMs: number
}

/** One fault of a plan. Every fault ends by itself, before the plan does. */
export type Fault = Span &
  (
    | { kind: 'partition'; sideA: number[]; oneWay: boolean }
    /** some pairs only: no clean cut */
    | { kind: 'partial'; pairs: Pair[]; oneWay: boolean }
    /** these links go down and up again and again */
    | { kind: 'flapping'; pairs: Pair[]; downMs: number; upMs: number }
    /** nodes are cut off one after another and let go in another order */
    | { kind: 'swizzle'; clogs: Clog[] }
    /** these die together and are back together */
    | { kind: 'mass-rejoin'; nodes: number[] }
    | { kind: 'crash'; node: number; quiet: boolean; writes: KillWrites }
    | { kind: 'freeze'; node: number }
    /** its inputs are handled so much later, its disk takes ten times as long */
    | { kind: 'slow'; node: number; lagMs: number }
    | { kind: 'disk-full'; node: number }
    /** its wall clock shows so much more until the end; machines read it when they start */
    | { kind: 'clock-jump'; node: number; byMs: number }
    /** dies, and a record in its store is damaged when it is to start again */
    | { kind: 'bit-flip'; node: number }
    /** dies, and starts with its disk as it was at an earlier time */
    | { kind: 'rollback'; node: number; imageAtMs: number }
    /** dies with its disk; another peer takes its place on that host, or nobody does; what it was may be removed then */
    | { kind: 'loss'; node: number; returns: boolean; removedAfterMs?: number }
    /** there is next to nothing left of it on that host, as its driver measures */
    | { kind: 'pressure'; node: number; of: PressureOf }
    /** this node first starts when the fault ends */
    | { kind: 'late-join'; node: number }
    /** this member goes in an orderly way, for good, and may be removed then */
    | { kind: 'leave'; node: number; removedAfterMs?: number }
    /** it is removed from the mesh while it lives: it stops as it hears so; another peer takes its place there, or nobody */
    | { kind: 'removal'; node: number; returns: boolean }
    /** it empties itself; with a deadline what still runs then is stopped */
    | { kind: 'drain'; node: number; deadlineMs?: number }
    | { kind: 'liar'; node: number; lies: Lie[]; everyMs: number }
  )

export type FaultOf<K extends FaultKind> = Extract<Fault, { kind: K }>

/** Everything that will go wrong, and when it is over. */
export interface FaultPlan {
  faults: Fault[]
  /** from here on the network is calm and every node is up that ever will be */
  endMs: number
}
