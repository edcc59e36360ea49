import type { Message, TaskId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Watches } from '../watch.ts'
import type { World } from '../world.ts'
import { type Cut, nodeCut, pairCut, sideCut } from './cuts.ts'
import { beginDrain } from './drain.ts'
import type { Fault, FaultOf, FaultPlan } from './fault.ts'
import { Liar } from './liar.ts'
import { removeLater } from './removal.ts'

/** Makes a plan happen: every fault begins and ends at its time, and at the plan's end the network is calm. */
export function driveFaults(world: World, plan: FaultPlan, watches: Watches): void {
  for (const fault of plan.faults) {
    if (fault.kind === 'rollback') {
      world.later(fault.imageAtMs - world.now, () => {
        world.nodes[fault.node]!.keepImage()
        restart(world, fault.node)
      })
      world.later((fault.imageAtMs + fault.atMs) / 2 - world.now, () => restart(world, fault.node))
    }
    world.later(fault.atMs - world.now, () => {
      watches.tell('onFault', fault, true, world.now)
      const end = begin(world, fault, plan.endMs)
      world.later(fault.untilMs - world.now, () => {
        watches.tell('onFault', fault, false, world.now)
        end()
      })
    })
  }
  world.later(plan.endMs - world.now, () => world.network.calm())
}

/** So long is a peer away that is just restarted, ms. */
const restartMs = 50

/**
 * A disk that goes back in time is noticed by the incarnation that others remember: so there must have been two lives
 * since the image, and most peers must know. An image of the same life, or of the one before, cannot be told from what
 * it should be: that is not promised.
 */
function restart(world: World, index: number): void {
  const node = world.nodes[index]!
  if (!node.alive) return
  world.crash(node, { quiet: false, writes: 'kept' })
  world.later(restartMs, () => world.start(node))
}

/** Begins a fault of a plan that is over at `endMs`; the answer ends it. */
function begin(world: World, fault: Fault, endMs: number): () => void {
  switch (fault.kind) {
    case 'partition':
      return cut(world, sideCut(fault.untilMs, fault.sideA, fault.oneWay))
    case 'partial':
      return cut(world, pairCut(fault.untilMs, fault.pairs, fault.oneWay))
    case 'flapping':
      return flap(world, fault)
    case 'swizzle':
      return clog(world, fault)
    case 'mass-rejoin': {
      for (const node of fault.nodes) world.crash(world.nodes[node]!, { quiet: false, writes: 'either' })
      return () => {
        for (const node of fault.nodes) world.start(world.nodes[node]!)
      }
    }
    default:
      return beginAtNode(world, fault, endMs)
  }
}

function beginAtNode(world: World, fault: Extract<Fault, { node: number }>, endMs: number): () => void {
  const node = world.nodes[fault.node]!
  switch (fault.kind) {
    case 'crash':
      world.crash(node, fault)
      return () => world.start(node)
    case 'freeze':
      world.freeze(node, fault.untilMs - fault.atMs)
      return () => {}
    case 'slow':
      node.lagMs = fault.lagMs
      return () => {
        node.lagMs = 0
      }
    case 'disk-full':
      node.disk.full = true
      return () => {
        node.disk.full = false
      }
    case 'pressure':
      node.lacks.add(fault.of)
      return () => node.lacks.delete(fault.of)
    case 'clock-jump':
      node.wallOffsetMs += fault.byMs
      return () => {
        node.wallOffsetMs -= fault.byMs
      }
    case 'bit-flip':
      world.crash(node, { quiet: false, writes: 'either' })
      node.disk.damage()
      return () => world.start(node)
    case 'rollback':
      world.crash(node, { quiet: false, writes: 'either' })
      node.restoreImage()
      return () => world.start(node)
    case 'loss':
      removeLater(world, node.id, fault)
      world.turnover.lose(node)
      node.gone = !fault.returns
      return () => world.start(node)
    case 'late-join':
      return () => world.start(node)
    case 'leave':
      removeLater(world, node.id, fault)
      world.turnover.leave(node)
      return () => {}
    case 'removal':
      node.givenUp = !fault.returns
      removeLater(world, node.id, { removedAfterMs: 0 })
      return () => {}
    case 'drain':
      return beginDrain(world, fault, endMs)
    case 'liar': {
      const mouth = {
        say: (to: SimNode, messages: Message[]) => world.post.sayFalsely(node, to, messages),
        onForged: (task: TaskId) => world.watches.tell('onForged', task, world.now),
      }
      const liar = new Liar(world, mouth, node, fault, world.prng(`liar/${node.index}/${fault.atMs}`))
      world.post.liars.set(node.index, liar)
      liar.begin()
      return () => {
        liar.end()
        world.post.liars.delete(node.index)
      }
    }
  }
}

function cut({ connections }: World, made: Cut): () => void {
  connections.onCut(made)
  return () => connections.onHeal(made)
}

function flap(world: World, { pairs, downMs, upMs, untilMs }: FaultOf<'flapping'>): () => void {
  const down = () => {
    if (world.now >= untilMs) return
    const heal = cut(world, pairCut(Math.min(untilMs, world.now + downMs), pairs, false))
    world.later(Math.min(downMs, untilMs - world.now), () => {
      heal()
      world.later(upMs, down)
    })
  }
  down()
  return () => {}
}

function clog(world: World, { clogs }: FaultOf<'swizzle'>): () => void {
  for (const { node, atMs, untilMs } of clogs) {
    world.later(atMs - world.now, () => {
      const heal = cut(world, nodeCut(untilMs, node))
      world.later(untilMs - world.now, heal)
    })
  }
  return () => {}
}
