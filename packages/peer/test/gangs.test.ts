import { describe, expect, test } from 'vitest'
import { keepsNone, nonceOf, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

type Over = Parameters<typeof spec>[0]

/** Members of one gang, all in one submit; those of `ranks` only, where that is given. */
function submitGang(mesh: Mesh, at: string, id: string, size: number, over: Over = {}, ranks?: number[]): void {
  const tasks = (ranks ?? [...Array(size).keys()]).map((rank) => ({
    tag: rank,
    nonce: nonceOf(`${id}${rank}x`),
    spec: spec({ ...over, gang: { id, size, rank } }),
  }))
  mesh.step(at, { type: 'submit', client: 1, tasks })
}

const hosts = ['p0', 'p1', 'p2', 'p3']
const startsOf = (mesh: Mesh, id: string) =>
  hosts
    .filter((name) => mesh.has(name))
    .flatMap((name) => mesh.traces(name, 'task.started').filter(({ task }) => task.startsWith(id)))
const outcomes = (mesh: Mesh, at: string, id: string) =>
  mesh.replies(at, 'outcome').filter(({ task }) => task.startsWith(id))
const spread = (starts: { at: number }[]) =>
  Math.max(...starts.map(({ at }) => at)) - Math.min(...starts.map(({ at }) => at))

describe('a gang', () => {
  test('starts together where all of it has room', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(2) })
    submitGang(mesh, 'p0', 'g', 4)
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 4)
    expect(startsOf(mesh, 'g')).toHaveLength(4)
    expect(spread(startsOf(mesh, 'g'))).toBeLessThanOrEqual(2)
  })

  test('also on its own host, and on few hosts rather than many', () => {
    const mesh = new Mesh({ p0: 4, p1: keepsNone(1), p2: keepsNone(1) })
    submitGang(mesh, 'p0', 'g', 4)
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 4)
    expect(mesh.traces('p0', 'task.started')).toHaveLength(4)
  })

  test('waits whole while there is too little room, and takes none of it', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(2) })
    mesh.submit('p0', 'long', { ms: 1_500 })
    mesh.run(50)
    submitGang(mesh, 'p0', 'g', 4)
    mesh.run(500)
    expect(startsOf(mesh, 'g')).toEqual([])
    expect(mesh.traces('p0', 'task.waiting').filter(({ task }) => task.startsWith('g'))).toHaveLength(4)
    mesh.submit('p0', 'short')
    mesh.run(100)
    expect(startsOf(mesh, 'short')).toHaveLength(1)
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 4)
    expect(spread(startsOf(mesh, 'g'))).toBeLessThanOrEqual(2)
    mesh.run(2_000)
    for (const name of ['p0', 'p1', 'p2'])
      expect(mesh.node(name).peer.snapshot().market).toMatchObject({ gangs: [], reservations: [] })
  })

  test('and another one from another bearer do not keep each other from starting', () => {
    const mesh = new Mesh({ p0: 0, p1: 0, p2: keepsNone(2), p3: keepsNone(2) })
    mesh.submit('p0', 'busy', { ms: 300 })
    mesh.run(20)
    submitGang(mesh, 'p0', 'g', 3, { ms: 400 })
    submitGang(mesh, 'p1', 'h', 3, { ms: 400 })
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 3 && outcomes(mesh, 'p1', 'h').length === 3)
    for (const id of ['g', 'h']) expect(spread(startsOf(mesh, id))).toBeLessThanOrEqual(2)
  })

  test('that has waited for long gets room though single tasks never stop coming', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(2) })
    const feed = (count: number) => {
      for (let i = 0; i < count; i++)
        mesh.submit('p0', `s${mesh.now}y${i}x`, { ms: 300 + (i % 7) * 37, class: `c${i % 3}` })
    }
    feed(20)
    mesh.run(50)
    submitGang(mesh, 'p0', 'g', 4)
    for (let i = 0; i < 40 && startsOf(mesh, 'g').length === 0; i++) {
      feed(3)
      mesh.run(200)
    }
    expect(startsOf(mesh, 'g')).toHaveLength(4)
    expect(spread(startsOf(mesh, 'g'))).toBeLessThanOrEqual(2)
  })

  test('that has waited for long goes before what hosts would fetch ahead of room, of which there is always some', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(2) })
    const feed = () => {
      for (let i = 0; i < 300; i++) mesh.submit('p0', `s${mesh.now}y${i}x`, { ms: 4 + (i % 7) })
    }
    feed()
    mesh.run(500)
    submitGang(mesh, 'p0', 'g', 3)
    // It has patience for two seconds.
    for (let i = 0; i < 8; i++) {
      feed()
      mesh.run(500)
    }
    expect(mesh.traces('p0', 'task.closed').length).toBeGreaterThan(1_000)
    expect(startsOf(mesh, 'g')).toHaveLength(3)
  })

  test('that is larger than all hosts says so, and fails where that was asked for', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(1) })
    submitGang(mesh, 'p0', 'g', 4)
    submitGang(mesh, 'p0', 'f', 4, { failIfUnplaceable: true })
    mesh.until(() => outcomes(mesh, 'p0', 'f').length === 4)
    expect(outcomes(mesh, 'p0', 'f')[0]?.outcome).toMatchObject({ kind: 'failed', code: 'unplaceable' })
    expect(outcomes(mesh, 'p0', 'f')[0]?.outcome.message).toContain('room for 3 at a time')
    mesh.join('p3', keepsNone(1))
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 4)
  })

  test('whose host dies runs what was there again, alone', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(2), p2: keepsNone(2) })
    submitGang(mesh, 'p0', 'g', 4, { ms: 6_000 })
    mesh.run(1_500)
    mesh.kill('p1')
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 4)
    expect(outcomes(mesh, 'p0', 'g').every(({ outcome }) => outcome.kind === 'succeeded')).toBe(true)
    expect(startsOf(mesh, 'g')).toHaveLength(6)
  })

  test('of which a part never comes is placed as it is after a while', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(4) })
    submitGang(mesh, 'p0', 'g', 4, {}, [0, 1, 3])
    mesh.run(9_000)
    expect(startsOf(mesh, 'g')).toEqual([])
    mesh.until(() => outcomes(mesh, 'p0', 'g').length === 3)
  })
})

test('a gang that the quotas of its tenant never hold fails with how many they do, though each holds some', () => {
  const tenants = { quotas: { tenant: { tasks: 1 } } }
  const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants }, p2: { slots: 4, tenants } })
  submitGang(mesh, 'p0', 'g', 3, { tenant: 'tenant', failIfUnplaceable: true })
  submitGang(mesh, 'p0', 'h', 2, { tenant: 'tenant', failIfUnplaceable: true })
  mesh.run(5_000)
  const outcomes = mesh.replies('p0', 'outcome').map(({ outcome }) => outcome)
  expect(outcomes.filter(({ kind }) => kind === 'succeeded')).toHaveLength(2)
  const failed = outcomes.filter(({ kind }) => kind !== 'succeeded')
  expect(failed.map(({ message }) => message)).toEqual(
    Array(3).fill(
      '3 of these start together, and their tenant may have at most 2 at a time on the 2 hosts that could run them (quota)',
    ),
  )
})

test('a gang that waits for what its tenant holds says so, and that a larger quota would help', () => {
  const tenants = { quotas: { tenant: { tasks: 2 } } }
  const mesh = new Mesh({ p0: 0, p1: { slots: 4, tenants }, p2: { slots: 4, tenants } })
  mesh.submit('p0', 'long', { tenant: 'tenant', ms: 20_000 })
  mesh.run(500)
  submitGang(mesh, 'p0', 'g', 4, { tenant: 'tenant', ms: 100 })
  mesh.run(1_000)
  mesh.step('p0', { type: 'query', client: 1, task: mesh.traces('p0', 'task.waiting')[0]!.task, watch: false })
  mesh.run(50)
  const decision = mesh.replies('p0', 'view').at(-1)?.view?.decision
  expect(decision?.how).toBe('waiting')
  expect(decision?.reasons).toContainEqual(expect.objectContaining({ code: 'quota', never: false, peers: 2 }))
  mesh.run(30_000)
  expect(mesh.replies('p0', 'outcome').filter(({ outcome }) => outcome.kind === 'succeeded')).toHaveLength(5)
})
