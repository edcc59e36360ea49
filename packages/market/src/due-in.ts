import type { Millis, WallMillis } from '@souk/kernel'
import type { Lot } from './lot.ts'

/** As far ahead as a quote can say: later is no earlier for anybody. */
const dueInMsMax = 2 ** 41

/** Until the first of them is wanted, from this moment of the wall clock on; undefined: none has a deadline. */
export function dueInMs(lot: Lot, nowWallMs: WallMillis): Millis | undefined {
  const dueWallMs = lot.dueWallMs()
  if (dueWallMs === undefined) return undefined
  return Math.min(dueInMsMax, Math.max(0, Math.round(dueWallMs - nowWallMs)))
}
