import { MachineCrash } from './machine-crash.ts'
import type { SimNode } from './node.ts'

/** Wakes in a row, hardly apart and without any effect, until a machine counts as turning in place. */
const idleWakesMax = 1000
const idleGapMsMax = 1

/** A machine that asks to be woken and then does nothing, again and again, would hang a real peer. Throws MachineCrash. */
export function checkIdle(node: SimNode, idle: boolean, now: number): void {
  const apart = now - node.wokenAt > idleGapMsMax
  node.wokenAt = now
  node.idleWakes = apart || !idle ? 0 : node.idleWakes + 1
  if (node.idleWakes < idleWakesMax) return
  throw new MachineCrash(node.id, { type: 'wake' }, now, `${idleWakesMax} wakes in a row did nothing`)
}
