import { Prng } from '@souk/kernel'
import { expect, it } from 'vitest'
import { profileOf } from '../src/profiles.ts'
import { drawSwarm } from '../src/swarm.ts'

const harsh = profileOf('harsh')!

it('draws the same world from the same seed', () => {
  expect(drawSwarm(harsh, new Prng(1))).toEqual(drawSwarm(harsh, new Prng(1)))
})

it('switches every kind of fault off in some worlds and on in others', () => {
  const worlds = Array.from({ length: 60 }, (_, seed) => drawSwarm(harsh, new Prng(seed)))
  for (const kind of ['partition', 'crash', 'freeze', 'disk-full'] as const) {
    const on = worlds.filter(({ faults }) => (faults.perMinute[kind] ?? 0) > 0).length
    expect(on).toBeGreaterThan(0)
    expect(on).toBeLessThan(worlds.length)
  }
  expect(new Set(worlds.map(({ network }) => network.reliable)).size).toBe(2)
  expect(new Set(worlds.map(({ workload }) => workload.burst)).size).toBe(2)
})

it('leaves a profile alone that does not swarm', () => {
  const calm = profileOf('calm')!
  expect(drawSwarm(calm, new Prng(1))).toBe(calm)
})
