import { expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

test('a run that lags behind what its like took, here and elsewhere, is reported once with the figures', () => {
  const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
  for (let i = 0; i < 40; i++) mesh.submit('p0', `like-${i}-`, { ms: 500 })
  mesh.run(30_000)
  mesh.submit('p0', 'lags', { ms: 20_000 })
  mesh.run(10_000)
  const told = ['p0', 'p1', 'p2'].flatMap((name) => mesh.traces(name, 'task.straggles'))
  expect(told).toHaveLength(1)
  const [{ task, elapsedMs, limitMs, p99Ms, runs }] = told as [(typeof told)[0]]
  expect(task).toBe(idOf('lags'))
  expect(elapsedMs).toBe(limitMs)
  expect(p99Ms).toBeGreaterThanOrEqual(500)
  // No host alone has run so many: runs elsewhere count too, of tasks that this peer keeps.
  expect(runs).toBeGreaterThanOrEqual(30)
  const host = ['p0', 'p1', 'p2'].find((name) => mesh.node(name).runs.size > 0)!
  expect(mesh.node(host).peer.snapshot().stragglers.runs).toMatchObject([{ task, limitMs }])
  mesh.run(20_000)
  expect(mesh.node(host).peer.snapshot().stragglers.runs).toEqual([])
})
