import { describe, expect, test } from 'vitest'
import { idOf, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const planned = (mesh: Mesh, name: string) => mesh.replies(name, 'planned').at(-1)?.plan
const balanced = (mesh: Mesh, name: string) => planned(mesh, name)?.objectives[0]?.placings

describe('a plan', () => {
  test('is made of what hosts have free now and what runs there, this one included, and changes nothing', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    for (const name of ['known', 'long', 'longer']) mesh.submit('p0', name, { ms: name === 'known' ? 100 : 2_000 })
    mesh.run(500)
    expect(mesh.node('p0').runs.size + mesh.node('p1').runs.size).toBe(2)
    mesh.step('p0', { type: 'plan', client: 3, afters: [], tasks: [spec(), spec(), spec()], assumedMs: 100 })
    mesh.run(20)
    expect(planned(mesh, 'p0')).toMatchObject({ asked: 2, silent: [], unplaced: [] })
    const starts = balanced(mesh, 'p0')!.map(({ peer, startMs }) => [peer, startMs > 0])
    expect(starts).toHaveLength(3)
    expect(new Set(starts.map(([peer]) => peer))).toEqual(new Set(['p0', 'p1']))
    expect(starts.every(([, later]) => later)).toBe(true)
    mesh.run(5_000)
    for (const name of ['p0', 'p1']) expect(mesh.node(name).runs.size).toBe(0)
    expect(mesh.replies('p0', 'accepted').map(({ task }) => task)).toEqual(['known', 'long', 'longer'].map(idOf))
  })

  test('is made without hosts that do not answer, and not at all for a client that is gone', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.kill('p2')
    mesh.step('p0', { type: 'plan', client: 3, afters: [], tasks: [spec()], assumedMs: 1_000 })
    mesh.step('p0', { type: 'plan', client: 4, afters: [], tasks: [spec()], assumedMs: 1_000 })
    mesh.step('p0', { type: 'gone', client: 4 })
    mesh.run(1_000)
    expect(mesh.replies('p0', 'planned')).toHaveLength(1)
    expect(planned(mesh, 'p0')).toMatchObject({ silent: ['p2'] })
    expect(balanced(mesh, 'p0')).toMatchObject([{ peer: 'p1', startMs: 0, assumed: true }])
  })

  test('may not be asked for by a member that only observes', () => {
    const mesh = new Mesh({ p0: 1, eye: { slots: 0, role: 'observe' } })
    mesh.frame('eye', 'p0', [{ t: 'survey', plan: 1, classes: [] }])
    mesh.run(10)
    expect(mesh.traces('p0', 'message.rejected')).toMatchObject([{ peer: 'eye', tag: 'survey', code: 'not-allowed' }])
  })
})

test('a peer counts how well it predicts its runs, and a decision keeps what was predicted for its task', () => {
  const mesh = new Mesh({ p0: 1 })
  for (const name of ['first', 'second', 'third']) {
    mesh.submit('p0', name, { ms: 200 })
    mesh.run(1_000)
  }
  const { counters } = mesh.node('p0').peer.snapshot()
  expect(counters).toMatchObject({ 'prediction.unknown': 1, 'prediction.runs': 2, 'prediction.errorPctP90': 0 })
  mesh.step('p0', { type: 'query', client: 1, task: idOf('third'), watch: false })
  mesh.run(10)
  const { decision, outcome } = mesh.replies('p0', 'view').at(-1)!.view!
  expect(decision).toMatchObject({ how: 'local', predicted: { startMs: 0, finishMs: { p50: outcome?.result?.runMs } } })
})
