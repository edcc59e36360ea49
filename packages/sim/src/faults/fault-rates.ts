import type { Range } from '../distributions.ts'
import type { FaultKind, KillWrites, MemberFaultKind } from './fault.ts'

type TimedKind = Exclude<FaultKind, MemberFaultKind>

/** How often and how long; plain data. What is absent never happens. */
export interface FaultRates {
  /** for the whole mesh, or for each node, by kind */
  perMinute: Partial<Record<TimedKind, number>>
  lastsMs: Record<TimedKind, Range>
  /** a seed that swarms picks one of these for its freezes, where there are any */
  freezesMs: readonly Range[]
  /** cuts that work in one direction only */
  oneWayShare: number
  /** crashes of the host rather than the process: the others notice late */
  quietShare: number
  /** weight of each thing that a kill can do to unanswered writes */
  killWrites: Partial<Record<KillWrites, number>>
  /** lost peers whose host comes back, as another peer */
  returnsShare: number
  slowLagMs: Range
  /** a wall clock is off by at most this */
  clockJumpMsMax: number
  /** a restored disk is so much older than the crash */
  imageAgeMs: Range
  /** chance that the run has a member that does this */
  members: Partial<Record<MemberFaultKind, number>>
}

/** Nothing happens; the lengths are those of profiles that switch something on. */
export const noFaults: FaultRates = {
  perMinute: {},
  lastsMs: {
    partition: [200, 8000],
    partial: [200, 8000],
    flapping: [2000, 12_000],
    swizzle: [1000, 8000],
    'mass-rejoin': [100, 6000],
    crash: [100, 10_000],
    freeze: [50, 6000],
    slow: [500, 8000],
    'disk-full': [100, 3000],
    'clock-jump': [1000, 20_000],
    'bit-flip': [100, 5000],
    rollback: [100, 5000],
    loss: [500, 8000],
    pressure: [2000, 20_000],
  },
  freezesMs: [],
  oneWayShare: 0.3,
  quietShare: 0.3,
  killWrites: { either: 1 },
  returnsShare: 0.7,
  slowLagMs: [5, 100],
  clockJumpMsMax: 60_000,
  imageAgeMs: [500, 15_000],
  members: {},
}

/** Whether these rates make anything happen at all. */
export function anyFault({ perMinute, members }: FaultRates): boolean {
  return [...Object.values(perMinute), ...Object.values(members)].some((rate) => rate > 0)
}
