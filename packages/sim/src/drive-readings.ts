import type { FaultPlan } from './faults/fault.ts'
import type { World } from './world.ts'

/** As real drivers measure. */
const measureMs = 1000
const mib = 2 ** 20

/**
 * Tells the machines of hosts that something weighs on at some time what is left there, every second from then on. Others
 * are never told anything, as where a driver cannot measure.
 */
export function driveReadings(world: World, { faults }: FaultPlan): void {
  const began = new Set<number>()
  for (const fault of faults) {
    if (fault.kind !== 'pressure' || began.has(fault.node)) continue
    began.add(fault.node)
    world.later(fault.atMs - world.now, () => measure(world, fault.node))
  }
}

function measure(world: World, index: number): void {
  const node = world.nodes[index]!
  world.later(measureMs, () => measure(world, index))
  const late = node.frozenUntil > world.now || node.lagMs > 0 || node.laggedUntil > world.now
  if (!node.alive || late) return
  const { lacks } = node
  const memoryFreeShare = lacks.has('memory') ? 0.01 : 0.5
  const diskFreeBytes = lacks.has('disk') ? mib : 2 ** 16 * mib
  // Before the peer acts on it: what it says in that very step it says knowing this.
  world.watches.tell('onReadings', node, [...lacks], world.now)
  world.input(node, { type: 'readings', readings: { memoryFreeShare, diskFreeBytes } })
}
