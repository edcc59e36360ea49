import type { PeerInput } from '@souk/peer'
import type { SimNode } from '../node.ts'
import type { Stage } from '../stage.ts'
import type { FaultOf } from './fault.ts'

/** Who wants a drained host back looks so often whether it takes work again, ms. */
const lookMs = 1000

/** A host that is up is told to empty itself. The answer ends that; `endMs`: no fault begins any more. */
export function beginDrain(stage: Stage, { node: index, deadlineMs }: FaultOf<'drain'>, endMs: number): () => void {
  const node = stage.nodes[index]!
  tell(stage, node, { type: 'drain', on: true, ...(deadlineMs === undefined ? {} : { deadlineMs }) })
  return () => undrain(stage, node, endMs)
}

/**
 * A peer remembers over its restarts that it drains. One that is down as its drain ends, or that dies before the end of it
 * is on its disk, would hold for good, and what has room nowhere else would wait for ever: so it is told until it takes
 * work, and nothing can make it forget that any more. Whoever is gone for good is not.
 */
function undrain(stage: Stage, node: SimNode, endMs: number): void {
  if (node.gone) return
  const late = node.frozenUntil > stage.now || node.lagMs > 0 || node.laggedUntil > stage.now
  const takesWork = node.peer?.loadStamp().draining === false
  if (!late && takesWork && stage.now >= endMs) return
  if (!late && !takesWork) tell(stage, node, { type: 'drain', on: false })
  stage.later(lookMs, () => undrain(stage, node, endMs))
}

/** Nobody hears it where no peer is up; one that is frozen or slow does so late. */
function tell(stage: Stage, node: SimNode, input: PeerInput): void {
  if (node.alive) stage.push(stage.now, { kind: 'input', node, life: node.life, input })
}
