import type { Fault, FaultPlan } from './faults.ts'
import type { Partition } from './partitions.ts'
import type { Watches } from './watch.ts'
import type { World } from './world.ts'

/** Makes a plan happen: every fault begins and ends at its time, and at the plan's end the network is calm. */
export function driveFaults(world: World, plan: FaultPlan, watches: Watches): void {
  for (const fault of plan.faults) {
    world.later(fault.atMs - world.now, () => {
      watches.tell('onFault', fault, true, world.now)
      const end = begin(world, fault)
      world.later(fault.untilMs - world.now, () => {
        watches.tell('onFault', fault, false, world.now)
        end()
      })
    })
  }
  world.later(plan.endMs - world.now, () => world.network.calm())
}

/** Begins a fault; the answer ends it. */
function begin(world: World, fault: Fault): () => void {
  switch (fault.kind) {
    case 'partition': {
      const partition: Partition = {
        untilMs: fault.untilMs,
        sideA: new Set(fault.sideA),
        oneWay: fault.oneWay,
      }
      world.connections.onCut(partition)
      return () => world.connections.onHeal(partition)
    }
    case 'crash': {
      const node = world.nodes[fault.node]!
      world.crash(node, fault.quiet)
      return () => world.start(node)
    }
    case 'freeze':
      world.freeze(world.nodes[fault.node]!, fault.untilMs - fault.atMs)
      return () => {}
    case 'disk-full': {
      const { disk } = world.nodes[fault.node]!
      disk.full = true
      return () => {
        disk.full = false
      }
    }
  }
}
