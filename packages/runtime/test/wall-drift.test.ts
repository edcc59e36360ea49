import { expect, test } from 'vitest'
import { WallDrift } from '../src/wall-drift.ts'
import { ToyPeer } from './toy-peer.ts'
import { World } from './world.ts'

test('a wall clock that has gone ahead, or was set back, is told once; one that is corrected a little is not', () => {
  const drift = new WallDrift(50, 1_000_050)
  expect(drift.look(60_000, 1_061_000)).toBe(false)
  expect(drift.look(61_000, 1_062_001)).toBe(true)
  expect(drift.look(62_000, 1_063_001)).toBe(false)
  expect(drift.look(63_000, 1_063_500)).toBe(false)
  expect(drift.look(64_000, 900_000)).toBe(true)
  expect(drift.look(65_000, 901_000)).toBe(false)
  expect(drift.look(66_000, 4_665_001)).toBe(true)
})

test('a peer whose host has slept hears what time it is within a second', async () => {
  const { peer, clock } = await new World().started('a', new ToyPeer())
  clock.advance(2_000)
  expect(peer.all('wall')).toEqual([])
  clock.sleptMs = 3_600_000
  clock.advance(3_000)
  expect(peer.all('wall')).toEqual([{ type: 'wall', wallMs: 1_000_000 + 3_600_000 + 3_000 }])
})
