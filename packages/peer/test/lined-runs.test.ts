import { expect, test } from 'vitest'
import { keepsNone } from './fixtures.ts'
import { Mesh } from './mesh.ts'

/** A host that follows the demand for the class, since there was some in several of its buckets. */
function followed(): Mesh {
  const mesh = new Mesh({ p0: 1, p1: keepsNone(0) })
  for (const name of ['x', 'y', 'z']) {
    mesh.submit('p0', name, { ms: 10 })
    mesh.run(10_000)
  }
  return mesh
}

const runningOf = (mesh: Mesh) => mesh.node('p0').peer.demand({ buckets: 1 })[0]!.running

/** A run that its executor was told to begin; it may not have answered yet. */
function begun(mesh: Mesh) {
  mesh.submit('p0', 'a', { ms: 50 })
  mesh.until(() => mesh.traces('p0', 'task.started').length === 4)
  const { task, ballot } = mesh.traces('p0', 'task.started').at(-1)!
  return { task, ballot }
}

test('a run that has not begun where it was said to have is begun, and told of once', () => {
  const mesh = followed()
  mesh.step('p0', { type: 'takenBack', ...begun(mesh) })
  expect(runningOf(mesh)).toBe(1)
  mesh.run(1_000)
  expect(mesh.traces('p0', 'task.started')).toHaveLength(4)
  expect(mesh.replies('p0', 'outcome')).toHaveLength(4)
  expect(runningOf(mesh)).toBe(0)
})

test('one that has not begun, and is to end, is told to be over', () => {
  const mesh = followed()
  const run = begun(mesh)
  mesh.step('p0', { type: 'cancel', client: 1, task: run.task, reason: '' })
  mesh.until(() => mesh.traces('p0', 'task.stop').length === 1)
  mesh.step('p0', { type: 'takenBack', ...run })
  expect(runningOf(mesh)).toBe(0)
})
