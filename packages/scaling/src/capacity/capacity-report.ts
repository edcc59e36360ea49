import type { Millis } from '@souk/kernel'
import type { CapacityDecision } from './decide-capacity.ts'
import type { MeshClass } from './mesh-demand.ts'
import type { ScaleAction } from './scale-intent.ts'

/** What capacity knows and would do, for people. */
export interface CapacityReport {
  scaler: string | undefined
  /** the mesh lets it invite those that it would start */
  able: boolean
  automatic: boolean
  /** this peer is the one that acts */
  acts: boolean
  needed: number
  slots: number
  comingSlots: number
  soon: number | undefined
  later: number | undefined
  most: number | undefined
  startMs: Millis
  slotsPerPeer: number
  grown: number
  peersMax: number
  startsLeft: number
  decision: CapacityDecision
  /** what members tell of their classes, summed; most needed soon first */
  classes: readonly MeshClass[]
  log: readonly ScaleAction[]
}
