import type { Millis, WallMillis } from '@souk/kernel'
import type { Lot } from './lot.ts'

/** As far ahead as a quote can say. */
const dueInMsMax = 2 ** 41

/** Milliseconds until the earliest deadline in the lot, 0 if it has passed; undefined: no task has one. */
export function dueInMs(lot: Lot, nowWallMs: WallMillis): Millis | undefined {
  const dueWallMs = lot.dueWallMs()
  if (dueWallMs === undefined) return undefined
  return Math.min(dueInMsMax, Math.max(0, Math.round(dueWallMs - nowWallMs)))
}
