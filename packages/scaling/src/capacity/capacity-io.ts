import type { WallMillis } from '@souk/kernel'
import type { DemandDigest } from '@souk/wire'
import type { NewPeersSaved } from './new-peers.ts'
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

/** What outlives a restart, beside what was learned of the mesh's demand. */
export interface CapacitySaved {
  log: readonly ScaleAction[]
  newPeers: NewPeersSaved
}

export type CapacityInput =
  /** with what an earlier life has last given to be kept */
  | { type: 'start'; wallMs: WallMillis; saved: unknown; forecast: unknown }
  | { type: 'wake' }
  /** do what is decided now, though it was just done or is not automatic; the bounds hold all the same */
  | { type: 'scaleNow' }
  /** the scaler's answer */
  | { type: 'scaled'; intent: string; code: string }
  /** the last chance to keep anything */
  | { type: 'leave' }

export type CapacityEffect =
  | { type: 'scale'; intent: ScaleIntent }
  /** to be kept over restarts: the budget is of hours, not of lives */
  | { type: 'save'; saved: CapacitySaved }
  /** what was learned of what the mesh needs, likewise: a wave of days takes days to learn */
  | { type: 'saveForecast'; forecast: unknown }
  | { type: 'acted'; action: ScaleAction }
  | { type: 'judged'; action: ScaleAction }
