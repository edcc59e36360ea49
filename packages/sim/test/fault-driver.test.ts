import { expect, it } from 'vitest'
import type { Fault } from '../src/faults/fault.ts'
import { driveFaults } from '../src/faults/fault-driver.ts'
import { runFor, worldOf } from './recorder.ts'

it('ends the drain of a peer that is down as it is over, once it is up again', () => {
  const { world, recorders } = worldOf(1)
  const [node] = world.nodes
  world.start(node!)
  const drain: Fault = { kind: 'drain', node: 0, atMs: 100, untilMs: 500 }
  driveFaults(world, { faults: [drain], endMs: 2000 }, world.watches)
  world.later(300, () => world.crash(node!, { quiet: false, writes: 'kept' }))
  world.later(800, () => world.start(node!))
  runFor(world, 5000)
  const heard = recorders.map(({ heard: all }) =>
    all.flatMap(({ input }) => (input.type === 'drain' ? [input.on] : [])),
  )
  expect(heard).toEqual([[true], [false]])
})
