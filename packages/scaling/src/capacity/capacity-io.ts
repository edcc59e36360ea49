import type { WallMillis } from '@souk/kernel'
import type { DemandDigest } from '@souk/wire'
import type { ScaleAction, ScaleIntent } from './scale-intent.ts'

/** A member as scaling sees it. */
export interface CapacityMember {
  peer: string
  /** alive, and it can be reached */
  alive: boolean
  draining: boolean
  slots: number
  /** it takes nothing now: too little memory or disk, or it cannot keep up */
  pressed: boolean
  running: number
  /** tasks that wait with it for room anywhere */
  waiting: number
  /** it can start others */
  scaler: boolean
  /** the tag it was started with by a scaler */
  tag: string | undefined
  priceMilli: number
  /** what it has and expects of each class; absent: it tells nothing */
  demand?: DemandDigest | undefined
}

export interface CapacityView {
  /** all that are known, this peer among them */
  members(): readonly CapacityMember[]
}

export type CapacityInput =
  | { type: 'start'; wallMs: WallMillis; log: unknown }
  | { type: 'wake' }
  /** do what is decided now, though it was just done or is not automatic; the bounds hold all the same */
  | { type: 'scaleNow' }
  /** the scaler's answer */
  | { type: 'scaled'; intent: string; code: string }

export type CapacityEffect =
  | { type: 'scale'; intent: ScaleIntent }
  /** to be kept over restarts: the budget is of hours, not of lives */
  | { type: 'saveLog'; log: readonly ScaleAction[] }
  | { type: 'acted'; action: ScaleAction }
  | { type: 'judged'; action: ScaleAction }
