import { expect, test } from 'vitest'
import { Mesh } from './mesh.ts'

/** Two of four members are gone for good, and the other two restart: neither ever hears from most members. */
function halved(): Mesh {
  const mesh = new Mesh({ p0: 0, p1: 4, p2: 4, p3: 4 })
  for (const peer of ['p2', 'p3', 'p0', 'p1']) mesh.kill(peer)
  mesh.run(1_000)
  for (const peer of ['p0', 'p1']) mesh.start(peer)
  return mesh.run(5_000)
}

test('a host that never hears from most members still takes what few keep, also beside what it may not take', () => {
  const mesh = halved()
  mesh.submit('p0', 'kept', { ms: 100 })
  mesh.submit('p0', 'local', { ms: 100, durability: 'local' })
  mesh.run(5_000)
  expect(mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.kind)).toEqual(['succeeded'])
  expect(mesh.traces('p1', 'task.started')).toHaveLength(1)
})

test('so does a gang that few keep, as a whole', () => {
  const mesh = halved()
  const gang = { id: 'g', size: 3 }
  for (let rank = 0; rank < 3; rank++)
    mesh.submit('p0', `member${rank}`, { ms: 100, durability: 'local', gang: { ...gang, rank } })
  mesh.run(5_000)
  expect(mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.kind)).toEqual(Array(3).fill('succeeded'))
  expect(new Set(mesh.traces('p1', 'task.started').map(({ at }) => at)).size).toBe(1)
})
