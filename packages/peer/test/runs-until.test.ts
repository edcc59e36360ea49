import { expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

/** A run on p1 of a task that p0 and others keep. */
function running(): { mesh: Mesh; untilMs: () => number | undefined } {
  const mesh = new Mesh({ p0: 0, p1: 1, p2: 0 })
  mesh.submit('p0', 'job', { ms: 60_000 })
  mesh.until(() => mesh.node('p1').runs.size === 1)
  const { task, ballot } = [...mesh.node('p1').runs.values()][0]!
  expect(task).toBe(idOf('job'))
  return { mesh, untilMs: () => mesh.node('p1').peer.runsUntilMs(task, ballot) }
}

test('a run may go on for less than a lease from now, and for longer as its lease is confirmed', () => {
  const { mesh, untilMs } = running()
  for (let i = 0; i < 10; i++) {
    mesh.run(1_000)
    expect(untilMs()).toBeGreaterThan(mesh.now)
    expect(untilMs()).toBeLessThan(mesh.now + 3_000)
  }
})

test('what nobody confirms any more is not said to go on for longer, and is unknown once it was stopped', () => {
  const { mesh, untilMs } = running()
  mesh.run(5_000)
  for (const other of ['p0', 'p2']) mesh.cut('p1', other)
  const atMs = untilMs()!
  mesh.run(atMs - mesh.now - 1)
  expect(untilMs()).toBe(atMs)
  expect(mesh.node('p1').runs.size).toBe(1)
  mesh.run(1_000)
  expect(mesh.node('p1').runs.size).toBe(0)
  expect(untilMs()).toBeUndefined()
})
