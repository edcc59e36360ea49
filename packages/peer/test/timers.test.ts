import { expect, test } from 'vitest'
import { Mesh } from './mesh.ts'

test('a snapshot names what is due next, soonest first, as at the time it is asked', () => {
  const mesh = new Mesh({ p0: 1, p1: 1 })
  mesh.submit('p0', 'a', { ms: 60_000 })
  mesh.run(2_000)
  const { peer } = mesh.node('p0')
  const { timers } = peer.snapshot(mesh.now)
  const names = timers.map(({ machine }) => machine)
  for (const machine of ['roster', 'custodian', 'bearer']) expect(names).toContain(machine)
  expect(new Set(names).size).toBe(names.length)
  expect(timers.map(({ inMs }) => inMs)).toEqual(timers.map(({ inMs }) => inMs).sort((a, b) => a - b))
  expect(mesh.now + timers[0]!.inMs).toBe(peer.nextWakeup())
  // Seen later without a step in between, timers are nearer, and overdue ones are at 0.
  const later = peer.snapshot(mesh.now + 7).timers.find(({ machine }) => machine === 'bearer')!
  expect(later.inMs).toBe(timers.find(({ machine }) => machine === 'bearer')!.inMs - 7)
  expect(peer.snapshot(mesh.now + 1e9).timers.every(({ inMs }) => inMs === 0)).toBe(true)
})

test('one that waits for nothing has no timer', () => {
  const mesh = new Mesh({ p0: 1 })
  const names = mesh
    .node('p0')
    .peer.snapshot()
    .timers.map(({ machine }) => machine)
  expect(names).toContain('roster')
  for (const machine of ['bearer', 'planner', 'mover']) expect(names).not.toContain(machine)
})
