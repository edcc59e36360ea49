import type { Millis, WallMillis } from '@souk/kernel'
import type { DemandDigest, TaskId } from '@souk/wire'
import type { WarmWork } from '../pools/warm-state.ts'

export type DemandInput =
  /** what the store holds of earlier lives, one entry a class */
  | { type: 'start'; wallMs: WallMillis; stored: readonly { key: string; value: unknown }[] }
  | { type: 'wake' }
  /** a task of this class was submitted to this peer; it may run anywhere */
  | { type: 'arrived'; class: string }
  /** a run begins; `work`: what a worker needs to be warm for it, where there is such a thing */
  | {
      type: 'started'
      task: TaskId
      class: string
      memoryBytes: number
      inputBytes: number
      work: WarmWork | undefined
    }
  /** `warmUpMs`: how long its worker took to get warm; 0: it was; undefined: not known */
  | { type: 'ended'; task: TaskId; cpuMs: Millis; outputBytes: number; warmUpMs: Millis | undefined }
  /** what runs use at this moment */
  | { type: 'measured'; runs: readonly { task: TaskId; memoryBytes?: number }[] }
  /** what became of an order; `workers` are warm now. `code`: why not as many as were wanted; `cannot-warm`: never */
  | { type: 'warmed'; class: string; workers: number; tookMs: Millis; code?: string; detail?: string }
  /** this life ends: what was learned is written */
  | { type: 'leave' }

/** So many workers of a class are to stand warm, those that work included; said again each bucket, since they cool. */
export interface WarmOrder {
  class: string
  work: WarmWork
  workers: number
}

/** What two ways to decide have cost since the trial began, old costs fading; in the unit of the declared costs. */
export interface TrialFigures {
  buckets: number
  forecastCost: number
  lastUsedCost: number
}

export type DemandEffect =
  | { type: 'warm'; order: WarmOrder }
  /** what the mesh should know of it, once in each bucket */
  | { type: 'digest'; digest: DemandDigest }
  /** without haste; undefined: it is forgotten */
  | { type: 'write'; key: string; value: unknown }
  /** forecasts decide from now on: they were cheaper than keeping what was used last */
  | { type: 'promoted'; class: string; figures: TrialFigures }
  /** they were dearer of late, and decide no more */
  | { type: 'demoted'; class: string; figures: TrialFigures }
  /** another number of workers is ordered */
  | { type: 'target'; class: string; workers: number; before: number; code: string }
  /** `again`: it failed, and for the same reason as the last time */
  | {
      type: 'warmed'
      class: string
      workers: number
      tookMs: Millis
      code: string
      detail?: string
      again?: true
    }
