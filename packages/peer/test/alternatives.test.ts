import { emptyRequest, type ResourceVector } from '@souk/kernel'
import { requestOf } from '@souk/wire'
import { expect, test } from 'vitest'
import { idOf, offer } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const gpu = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
const wide = { ...emptyRequest(), cpuMilli: 2000, slots: 2 }
const either = { request: gpu, alternatives: [wide] }

const gpuHost = () => {
  const { capacity } = offer(4)
  return { slots: 4, offer: offer(4, { capacity: { ...capacity, gpuMilli: [1000] } }) }
}

const ledgerOf = (mesh: Mesh, name: string) =>
  mesh.node(name).peer.snapshot().host as { total: ResourceVector; free: ResourceVector }

test('a task runs with what it was given of what it asked for, and the host takes that and gives it back', () => {
  const mesh = new Mesh({ p0: 0, g: gpuHost(), c: 2 })
  mesh.submit('p0', 'a', { ...either, ms: 500 })
  mesh.submit('p0', 'b', { ...either, ms: 500 })
  mesh.run(200)
  const runs = ['g', 'c'].flatMap((host) =>
    mesh.traces(host, 'task.started').map(({ task, alternative }) => ({ host, task, alternative })),
  )
  const [a, b] = runs.sort((x, y) => (x.task < y.task ? -1 : 1))
  expect(a).toEqual({ host: 'g', task: idOf('a'), alternative: undefined })
  expect(b).toMatchObject({ task: idOf('b'), alternative: 1 })
  const host = ledgerOf(mesh, b!.host)
  expect(host.total.cpuMilli - host.free.cpuMilli).toBe(requestOf(either, 1).cpuMilli)
  mesh.run(2_000)
  expect(mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.kind)).toEqual(['succeeded', 'succeeded'])
  for (const name of ['g', 'c']) {
    const after = ledgerOf(mesh, name)
    expect(after.free).toEqual(after.total)
  }
})

test('a task that is recovered elsewhere takes what there is then', () => {
  const mesh = new Mesh({ p0: 0, g: gpuHost(), c: 2, d: 0 })
  mesh.submit('p0', 'a', { ...either, ms: 20_000 })
  mesh.until(() => mesh.traces('g', 'task.started').length === 1)
  mesh.kill('g')
  mesh.until(() => mesh.traces('c', 'task.started').length === 1)
  const host = ledgerOf(mesh, 'c')
  expect(host.free).toMatchObject({ slots: 0, cpuMilli: 0 })
})
