import { expect, test } from 'vitest'
import { idOf, keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const hourMs = 3_600_000

test('after its host has slept a peer writes the time of day into tasks again, and waits for no less or more than before', () => {
  const mesh = new Mesh({ p0: 1, p1: keepsNone(0) })
  mesh.submit('p0', 'before', { ms: 10 })
  mesh.run(1_000)
  const nextMs = mesh.node('p0').peer.nextWakeup()
  mesh.step('p0', { type: 'wall', wallMs: 1_000_000 + hourMs + mesh.now })
  expect(mesh.node('p0').peer.nextWakeup()).toBe(nextMs)
  mesh.submit('p0', 'after', { ms: 10 })
  const submittedMs = mesh.now
  mesh.run(1_000)
  const [before, after] = mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.endedWallMs)
  expect(before).toBeLessThan(1_000_000 + hourMs)
  const wallMs = 1_000_000 + hourMs + submittedMs
  expect(after).toBeGreaterThanOrEqual(wallMs)
  expect(after).toBeLessThan(wallMs + 1_000)
  mesh.step('p0', { type: 'list', client: 9, prefix: '', states: [], limit: 9, everywhere: false })
  mesh.run(10)
  const times = mesh.replies('p0', 'listed').flatMap(({ tasks }) => tasks.map((task) => task.submittedWallMs))
  expect(Math.max(...times)).toBe(wallMs)
  const [closed] = mesh.traces('p0', 'task.closed').slice(-1)
  expect(closed!.whole!.tookMs).toBeLessThan(1_000)
})

test('a wall clock that was set ahead by mistake is followed back, and the trace goes on from where it was', () => {
  const mesh = new Mesh({ p0: 1, p1: keepsNone(0) })
  mesh.step('p0', { type: 'wall', wallMs: 1_000_000 + hourMs + mesh.now })
  mesh.submit('p0', 'ahead', { ms: 10 })
  mesh.run(1_000)
  mesh.step('p0', { type: 'wall', wallMs: 1_000_000 + mesh.now })
  mesh.submit('p0', 'back', { ms: 10 })
  mesh.run(1_000)
  const [ahead, back] = mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.endedWallMs)
  expect(ahead).toBeGreaterThan(1_000_000 + hourMs)
  expect(back).toBeLessThan(1_000_000 + hourMs)
  mesh.step('p0', { type: 'readTrace', client: 1, filter: { types: ['task.submitted'] }, limit: 9 })
  mesh.run(10)
  const told = mesh
    .replies('p0', 'traced')[0]!
    .told!.events.map(({ text }) => (JSON.parse(text) as { task: string }).task)
  expect(told).toEqual([idOf('ahead'), idOf('back')])
})
