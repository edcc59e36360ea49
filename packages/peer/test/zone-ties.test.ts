import { Prng } from '@souk/kernel'
import { expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const must = (group: string) => [{ group, required: true }]
const inZone = (zone: string, slots = 4) => ({ slots, offer: { labels: { zone } } })
const replica = { group: 'zone:db', apart: must('zone:db') }
const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

function startsOf(mesh: Mesh, hosts: string[], tasks: string[]): (string | undefined)[] {
  const starts = hosts.flatMap((host) => mesh.traces(host, 'task.started').map(({ task }) => ({ host, task })))
  return tasks.map((name) => starts.find(({ task }) => task === idOf(name))?.host)
}

const succeeded = (mesh: Mesh, peer: string) =>
  mesh.replies(peer, 'outcome').filter(({ outcome }) => outcome.kind === 'succeeded').length

test('replicas that must be apart by zone run one to a zone, and one too many waits until another has ended', () => {
  const mesh = new Mesh({ a1: inZone('a'), a2: inZone('a'), b1: inZone('b'), b2: inZone('b') })
  for (const name of names('t', 3)) mesh.submit('a1', name, { ...replica, ms: 3_000 })
  mesh.run(1_000)
  const started = startsOf(mesh, ['a1', 'a2', 'b1', 'b2'], names('t', 3)).flatMap((host) => host?.[0] ?? [])
  expect(started.toSorted()).toEqual(['a', 'b'])
  mesh.list('a1')
  mesh.run(8_000)
  expect(succeeded(mesh, 'a1')).toBe(3)
})

test('a task that must be near a group by zone runs in its zone, beside it or not', () => {
  const mesh = new Mesh({ a1: inZone('a', 1), a2: inZone('a', 1), b1: inZone('b') })
  mesh.submit('a1', 'cache', { group: 'zone:cache', where: 'zone == a', ms: 5_000 })
  mesh.run(500)
  mesh.submit('b1', 'web', { near: must('zone:cache') })
  mesh.run(1_000)
  const [cache, web] = startsOf(mesh, ['a1', 'a2', 'b1'], ['cache', 'web'])
  expect([cache, web].toSorted()).toEqual(['a1', 'a2'])
})

test('a host without a zone is one of its own', () => {
  const mesh = new Mesh({ p0: 4, p1: 4 })
  for (const name of names('t', 2)) mesh.submit('p0', name, { ...replica, ms: 2_000 })
  mesh.run(1_000)
  expect(startsOf(mesh, ['p0', 'p1'], names('t', 2)).toSorted()).toEqual(['p0', 'p1'])
})

test('where it is preferred, another zone is taken while there is one', () => {
  const mesh = new Mesh({ a1: inZone('a'), a2: inZone('a'), b1: inZone('b') })
  const rather = { group: 'zone:db', apart: [{ group: 'zone:db', required: false }], ms: 2_000 }
  mesh.submit('a1', 't0', rather)
  mesh.run(300)
  mesh.submit('a1', 't1', rather)
  mesh.run(300)
  mesh.submit('a1', 't2', rather)
  mesh.run(300)
  const started = startsOf(mesh, ['a1', 'a2', 'b1'], names('t', 3))
  expect(new Set(started.slice(0, 2).map((host) => host?.[0]))).toEqual(new Set(['a', 'b']))
  expect(started[2]).toBeDefined()
})

test('a zone with a host that may still run something is left alone until that can no longer be so', () => {
  const mesh = new Mesh({ a1: inZone('a'), a2: inZone('a'), b1: inZone('b', 0), c1: inZone('c', 0) })
  mesh.kill('a2')
  mesh.run(1)
  mesh.submit('b1', 't0', { ...replica, ms: 100 })
  mesh.run(1_500)
  expect(startsOf(mesh, ['a1'], ['t0'])).toEqual([undefined])
  mesh.run(20_000)
  expect(startsOf(mesh, ['a1'], ['t0'])).toEqual(['a1'])
})

test('a host that has just come asks those of its zone whom it only knows by name before it keeps a task for itself', () => {
  const mesh = new Mesh({ a1: inZone('a'), b1: inZone('b', 0), c1: inZone('c', 0) })
  mesh.submit('b1', 't0', { ...replica, ms: 20_000 })
  mesh.run(500)
  mesh.join('a2', inZone('a'))
  mesh.submit('a2', 't1', { ...replica, ms: 100, durability: 'local' })
  mesh.run(10_000)
  expect(startsOf(mesh, ['a1', 'a2'], ['t0', 't1'])).toEqual(['a1', undefined])
  mesh.run(20_000)
  expect(startsOf(mesh, ['a1', 'a2'], ['t1'])).not.toEqual([undefined])
})

test('many of which a zone takes one at a time follow each other closely', () => {
  const mesh = new Mesh({ a1: inZone('a'), b1: inZone('b', 0), c1: inZone('c', 0) })
  for (const name of names('t', 9)) mesh.submit('b1', name, { ...replica, ms: 20 })
  mesh.run(1_000)
  expect(succeeded(mesh, 'b1')).toBe(9)
})

/** All hosts submit replicas at once while links fail. `most`: runs in one zone at one time that exclude each other. */
function storm(seed: number): { most: number; done: number } {
  const prng = new Prng(seed, 'zones')
  const zoneOf = { a1: 'a', a2: 'a', a3: 'a', b1: 'b', b2: 'b', c1: 'c' }
  const hosts = Object.keys(zoneOf) as (keyof typeof zoneOf)[]
  const mesh = new Mesh(Object.fromEntries(hosts.map((host) => [host, inZone(zoneOf[host])])))
  for (const name of names('t', 24)) {
    const ms = 1 + prng.below(400)
    mesh.submit(prng.pick(hosts), name, prng.chance(0.8) ? { ...replica, ms } : { apart: must('zone:db'), ms })
  }
  let most = 0
  const tied = (host: string) => [...mesh.node(host).runs.values()].map(({ record }) => record.spec)
  for (let ms = 0; ms < 20_000; ms++) {
    mesh.run(1)
    if (prng.chance(0.001)) {
      const [one, other] = prng.sample(hosts, 2) as [string, string]
      mesh.cut(one, other)
      mesh.run(prng.below(300))
      mesh.heal(one, other)
    }
    for (const zone of ['a', 'b', 'c']) {
      const runs = hosts.filter((host) => zoneOf[host] === zone).flatMap(tied)
      const members = runs.filter(({ group }) => group !== undefined).length
      // Members of the group exclude each other, and the tasks that must be apart from them.
      if (members > 0) most = Math.max(most, runs.length)
    }
  }
  return { most, done: hosts.reduce((sum, host) => sum + succeeded(mesh, host), 0) }
}

test.each(Array.from({ length: 6 }, (_, seed) => seed))(
  'whoever asks at the same moment: no two that exclude each other are in one zone, and all are done (seed %i)',
  (seed) => {
    expect(storm(seed)).toEqual({ most: 1, done: 24 })
  },
)
