import type { Baton, MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const names = ['a', 'b', 'c', 'd', 'e']
const one = { quotas: { greedy: { tasks: 1 } } }

/** How many tasks of this tenant a host runs now. */
const runs = (mesh: Mesh, host: string, tenant = 'greedy'): number =>
  [...mesh.node(host).runs.values()].filter(({ record }) => record.spec.tenant === tenant).length

describe('a quota of a host', () => {
  test('bounds what a tenant has there at once; the others have the rest, and everything ends', () => {
    const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants: one }, p2: { slots: 4, tenants: one } })
    for (const name of names) mesh.submit('p0', name, { ms: 300, tenant: 'greedy' })
    mesh.submit('p0', 'x', { ms: 300, tenant: 'other' })
    mesh.submit('p0', 'y', { ms: 300, tenant: 'other' })
    let most = 0
    for (let i = 0; i < 60; i++) {
      mesh.run(50)
      most = Math.max(most, runs(mesh, 'p1'), runs(mesh, 'p2'))
      if (i === 3) expect(runs(mesh, 'p1', 'other') + runs(mesh, 'p2', 'other')).toBe(2)
    }
    expect(most).toBe(1)
    expect(mesh.replies('p0', 'outcome')).toHaveLength(7)
    expect(
      mesh
        .node('p1')
        .traces.concat(mesh.node('p0').traces)
        .filter(({ type }) => type === 'task.givenUp'),
    ).toEqual([])
  })

  test('bounds what the host takes of its own clients, too', () => {
    const mesh = new Mesh({ p0: { slots: 4, tenants: { quotas: { '*': { cpuMilli: 2000 } } } } })
    const request = { cpuMilli: 1000, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 1, custom: {} }
    const over = { ms: 200, tenant: 'greedy', request: { ...request, gpu: { count: 0, milli: 0 } } }
    for (const name of names) mesh.submit('p0', name, over)
    mesh.submit('p0', 'x', { ...over, tenant: 'other' })
    mesh.run(100)
    expect([runs(mesh, 'p0'), runs(mesh, 'p0', 'other')]).toEqual([2, 1])
    mesh.run(1_000)
    expect(mesh.replies('p0', 'outcome')).toHaveLength(6)
  })

  test('is told to whoever asks why a task waits', () => {
    const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants: one } })
    mesh.submit('p0', 'a', { ms: 5_000, tenant: 'greedy' })
    mesh.run(200)
    mesh.submit('p0', 'b', { ms: 5_000, tenant: 'greedy' })
    mesh.run(200)
    mesh.step('p0', { type: 'query', client: 1, task: idOf('b'), watch: false })
    mesh.run(50)
    const [reply] = mesh.replies('p0', 'view').filter(({ task }) => task === idOf('b'))
    expect(reply?.view?.decision).toMatchObject({
      how: 'waiting',
      refused: [
        { peer: 'p0', refusal: { code: 'executor-not-allowed', never: true } },
        { peer: 'p1', refusal: { code: 'quota', never: false, detail: 'tasks: greedy holds 1 of 1 there, needs 1' } },
      ],
    })
  })

  test('that can never hold a task fails it where it is not to wait, and else is named as what never changes', () => {
    const tenants = { quotas: { greedy: { cpuMilli: 500 } } }
    const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants }, p2: { slots: 4, tenants } })
    const request = { cpuMilli: 1000, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 1, custom: {} }
    const over = { tenant: 'greedy', request: { ...request, gpu: { count: 0, milli: 0 } } }
    mesh.submit('p0', 'a', { ...over, failIfUnplaceable: true })
    mesh.submit('p0', 'b', over)
    mesh.run(200)
    const message = 'needs 1 CPU; its tenant may have at most 0.5 CPUs on any of the 2 hosts that could run it (quota)'
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ task: idOf('a'), outcome: { message } }])
    mesh.step('p0', { type: 'query', client: 1, task: idOf('b'), watch: false })
    mesh.run(50)
    const [reply] = mesh.replies('p0', 'view').filter(({ task }) => task === idOf('b'))
    expect(reply?.view?.decision).toMatchObject({ how: 'unplaceable', reason: message })
  })

  test('is asked about where short tasks go to others unasked: none comes back, and nobody is distrusted', () => {
    const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants: one }, p2: { slots: 4, tenants: one } })
    for (const name of names) mesh.submit('p0', name, { ms: 1, tenant: 'other' })
    mesh.run(2_000)
    mesh.submit('p0', 'x', { ms: 30_000, tenant: 'greedy' })
    mesh.run(100)
    mesh.submit('p0', 'y', { ms: 30_000, tenant: 'greedy' })
    mesh.run(100)
    mesh.submit('p0', 'z', { ms: 1, tenant: 'greedy' })
    mesh.run(20_000)
    const seen = ['p0', 'p1', 'p2'].flatMap((host) => mesh.node(host).traces.map(({ type }) => type))
    expect(seen.filter((type) => type === 'task.bounced' || type === 'bidder.distrusted')).toEqual([])
    mesh.run(20_000)
    expect(mesh.replies('p0', 'outcome')).toHaveLength(8)
  })

  test('holds for batons that nobody asked about, also where there is no other to take them', () => {
    const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants: one } })
    mesh.submit('p0', 'a', { ms: 2_000, tenant: 'greedy' })
    mesh.run(200)
    const sent = mesh.node('p0').sent.flatMap(({ message }) => (message.t === 'award' ? message.batons : []))
    const [baton] = sent as [Baton]
    const forged: Baton = { ...baton, record: { ...baton.record, id: idOf('z') } }
    const award: MessageOf<'award'> = { t: 'award', batons: [forged] }
    mesh.frame('p0', 'p1', [award])
    mesh.run(100)
    expect(runs(mesh, 'p1')).toBe(1)
    expect(mesh.node('p1').peer.snapshot()).toMatchObject({ host: { runs: [{ task: idOf('a') }] } })
  })
})

test('more tasks of a tenant than may wait at a peer are refused; one that waits already is accepted again', () => {
  const mesh = new Mesh({ p0: { slots: 0, tenants: { waitingMax: { greedy: 2 } } } })
  for (const [tag, name] of names.entries()) mesh.submit('p0', name, { tenant: 'greedy' }, { client: 1, tag })
  mesh.submit('p0', 'x', { tenant: 'other' }, { client: 1, tag: 9 })
  mesh.run(100)
  mesh.submit('p0', 'f', { tenant: 'greedy' }, { client: 1, tag: 5 })
  mesh.submit('p0', 'a', { tenant: 'greedy' }, { client: 1, tag: 6 })
  mesh.run(100)
  const refused = mesh.replies('p0', 'refused')
  expect(refused.map(({ tag, code }) => [tag, code])).toEqual([
    [2, 'quota'],
    [3, 'quota'],
    [4, 'quota'],
    [5, 'quota'],
  ])
  expect(refused[0]!.message).toContain("tenant 'greedy' has 2 tasks waiting at this peer, and may have 2")
  expect(mesh.replies('p0', 'accepted').map(({ tag }) => tag)).toEqual([0, 1, 9, 6])
})

test('members of a gang that are said again are accepted again, though their tenant has all waiting that it may', () => {
  const mesh = new Mesh({ p0: { slots: 0, tenants: { waitingMax: { greedy: 2 } } } })
  const gang = (rank: number) => ({ tenant: 'greedy', gang: { id: 'g', size: 2, rank } })
  for (const rank of [0, 1]) mesh.submit('p0', `g${rank}x`, gang(rank), { tag: rank })
  for (const name of ['a', 'b']) mesh.submit('p0', name, { tenant: 'greedy' }, { tag: 5 })
  mesh.run(100)
  for (const rank of [0, 1]) mesh.submit('p0', `g${rank}x`, gang(rank), { tag: rank })
  mesh.run(100)
  const accepted = mesh.replies('p0', 'accepted').map(({ tag }) => tag)
  expect(accepted.filter((tag) => tag < 2)).toEqual([0, 1, 0, 1])
})

test('what waits for other tasks counts among those that wait', () => {
  const mesh = new Mesh({ p0: { slots: 1, tenants: { waitingMax: { greedy: 2 } } } })
  mesh.submit('p0', 'first', { ms: 500, tenant: 'other' })
  mesh.run(50)
  const after = [{ task: idOf('first'), on: 'ended' as const }]
  for (const [tag, name] of ['a', 'b', 'c'].entries()) mesh.submit('p0', name, { tenant: 'greedy', after }, { tag })
  mesh.run(50)
  expect(mesh.replies('p0', 'refused').map(({ tag, code }) => [tag, code])).toEqual([[2, 'quota']])
  mesh.until(() => mesh.replies('p0', 'outcome').length === 3)
  for (const [tag, name] of ['d', 'e'].entries()) mesh.submit('p0', name, { tenant: 'greedy' }, { tag })
  mesh.until(() => mesh.replies('p0', 'outcome').length === 5)
})
