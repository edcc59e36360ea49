import type { PeerEffect } from '@souk/peer'
import { expect, test } from 'vitest'
import { ToyPeer } from './toy-peer.ts'
import { runOrder, World } from './world.ts'

test('every ten seconds the machine is told what the executors really have', async () => {
  const peer = new ToyPeer({ drain: (_, out: PeerEffect[]) => out.push({ type: 'run', order: runOrder('t') }) })
  const { driver, clock, executor } = await new World().started('a', peer)
  driver.input({ type: 'drain', on: true })
  clock.advance(9_999)
  expect(peer.types()).not.toContain('measured')
  clock.advance(1)
  const [task, ballot] = [...executor.runs][0]!
  expect(peer.all('measured').at(-1)).toEqual({
    type: 'measured',
    runs: [{ task, ballot }],
  })
  executor.halt(task, ballot, 'cancelled')
  clock.advance(10_000)
  expect(peer.all('measured').at(-1)).toEqual({ type: 'measured', runs: [] })
})
