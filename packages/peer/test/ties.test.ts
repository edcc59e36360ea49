import { expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const must = (group: string) => [{ group, required: true }]

/** Where each of these has started, in order of the names. */
function startsOf(mesh: Mesh, hosts: string[], names: string[]): (string | undefined)[] {
  const starts = hosts.flatMap((host) => mesh.traces(host, 'task.started').map(({ task }) => ({ host, task })))
  return names.map((name) => starts.find(({ task }) => task === idOf(name))?.host)
}

test('replicas that must be apart run one to a host, and one too many waits until another has ended', () => {
  const mesh = new Mesh({ p0: 4, p1: 4, p2: 4 })
  const replica = { group: 'db', apart: must('db'), ms: 3_000 }
  for (const name of ['a', 'b', 'c', 'd']) mesh.submit('p0', name, replica)
  mesh.run(1_000)
  const started = startsOf(mesh, ['p0', 'p1', 'p2'], ['a', 'b', 'c', 'd'])
  expect(started.filter((host) => host !== undefined).toSorted()).toEqual(['p0', 'p1', 'p2'])
  mesh.run(8_000)
  expect(mesh.replies('p0', 'outcome').filter(({ outcome }) => outcome.kind === 'succeeded')).toHaveLength(4)
})

test('two bearers that were told yes at the same moment do not both get in: the second award bounces, and waits', () => {
  const mesh = new Mesh({ p0: 0, p1: 0, h: 4 })
  const replica = { group: 'db', apart: must('db'), ms: 500 }
  mesh.submit('p0', 'a', replica)
  mesh.submit('p1', 'b', replica)
  let most = 0
  for (let i = 0; i < 5_000; i++) {
    mesh.run(1)
    most = Math.max(most, mesh.node('h').runs.size)
  }
  expect(most).toBe(1)
  expect(mesh.traces('h', 'task.bounced').map(({ code }) => code)).toContain('not-apart')
  const outcomes = ['p0', 'p1'].flatMap((peer) => mesh.replies(peer, 'outcome').map(({ outcome }) => outcome.kind))
  expect(outcomes).toEqual(['succeeded', 'succeeded'])
})

test('a task that must be near a group runs where that is, however far', () => {
  const mesh = new Mesh({ p0: 4, p1: 4, p2: 0 })
  mesh.submit('p1', 'cache', { group: 'cache', ms: 5_000 })
  mesh.submit('p0', 'web', { near: must('cache') })
  mesh.run(1_000)
  expect(startsOf(mesh, ['p0', 'p1'], ['cache', 'web'])).toEqual(['p1', 'p1'])
})

test('a task waits while what it must be near is nowhere, and runs once it is', () => {
  const mesh = new Mesh({ p0: 4, p1: 4 })
  mesh.submit('p0', 'web', { near: must('cache') })
  mesh.run(2_000)
  expect(mesh.replies('p0', 'outcome')).toEqual([])
  mesh.submit('p1', 'cache', { group: 'cache', ms: 5_000 })
  mesh.run(3_000)
  expect(mesh.replies('p0', 'outcome')).toMatchObject([{ task: idOf('web'), outcome: { kind: 'succeeded' } }])
})
