import { describe, expect, test } from 'vitest'
import { idOf } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const outcomes = (mesh: Mesh, at = 'p0') => mesh.replies(at, 'outcome').map(({ outcome }) => outcome)
const names = ['p0', 'p1', 'p2']

/** Three hosts that know how long such tasks take; then p0 becomes slow and gets one more task. */
function lagging(over: Parameters<Mesh['submit']>[2] = { idempotent: true }): Mesh {
  const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
  for (let i = 0; i < 40; i++) mesh.submit('p0', `like-${i}-`, { ms: 500 })
  mesh.run(30_000)
  mesh.node('p0').replies.length = 0
  mesh.node('p0').slowness = 60
  mesh.submit('p0', 'lags', { ms: 500, ...over })
  mesh.run(500)
  expect(mesh.node('p0').runs.size).toBe(1)
  return mesh
}

const backups = (mesh: Mesh) =>
  names.flatMap((name) =>
    mesh
      .traces(name, 'task.started')
      .filter(({ backup }) => backup)
      .map(() => name),
  )

describe('a run that lags, of a task that may run twice', () => {
  test('is raced by a second one under the ballot of its bearer, whose result is the one outcome', () => {
    const mesh = lagging()
    mesh.run(5_000)
    const [host] = backups(mesh)
    expect(outcomes(mesh)).toMatchObject([{ kind: 'succeeded', host, ballot: { peer: 'p0' }, attempts: [] }])
    expect(backups(mesh)).toHaveLength(1)
    expect(mesh.traces('p0', 'task.outrun')).toMatchObject([{ task: idOf('lags'), host }])
    expect(names.map((name) => mesh.node(name).runs.size)).toEqual([0, 0, 0])
    const closed = names.flatMap((name) => mesh.traces(name, 'task.closed').filter(({ task }) => task === idOf('lags')))
    expect(new Set(closed.map(({ ballot }) => ballot.counter)).size).toBe(1)
  })

  test('may be faster after all: then the second one is stopped', () => {
    const mesh = lagging()
    for (const name of ['p1', 'p2']) mesh.node(name).slowness = 1_000
    const learnt = () =>
      names.reduce((sum, name) => {
        const { counters } = mesh.node(name).peer.snapshot()
        return sum + counters['prediction.runs']! + counters['prediction.unknown']!
      }, 0)
    const before = learnt()
    mesh.until(() => backups(mesh).length > 0)
    mesh.run(40_000)
    expect(outcomes(mesh)).toMatchObject([{ kind: 'succeeded', host: 'p0' }])
    // Only the run that ended by itself counts as a duration, not the one that was stopped.
    expect(learnt() - before).toBe(1)
    expect(names.map((name) => mesh.node(name).runs.size)).toEqual([0, 0, 0])
    expect(names.map((name) => mesh.node(name).peer.snapshot().free.slots)).toEqual([1, 1, 1])
  })

  test('takes its second one with it when its host dies: what its custodians start again is alone', () => {
    const mesh = lagging()
    for (const name of ['p1', 'p2']) mesh.node(name).slowness = 20
    mesh.until(() => backups(mesh).length > 0)
    mesh.kill('p0')
    mesh.run(30_000)
    const closed = ['p1', 'p2'].flatMap((name) =>
      mesh.traces(name, 'task.closed').filter(({ task }) => task === idOf('lags')),
    )
    expect(new Set(closed.map(({ kind }) => kind))).toEqual(new Set(['succeeded']))
    expect(closed[0]!.ballot.peer).not.toBe('p0')
    expect(['p1', 'p2'].map((name) => mesh.node(name).runs.size)).toEqual([0, 0])
  })

  test('gets no second run on a host under pressure, also where its bearer has not heard of that yet', () => {
    const mesh = lagging()
    const asked = () => mesh.node('p0').sent.filter(({ message }) => message.t === 'backup')
    mesh.until(() => asked().length > 0)
    const { to, message } = asked()[0]!
    const other = to === 'p1' ? 'p2' : 'p1'
    for (let i = 0; i < 3; i++) mesh.step(other, { type: 'readings', readings: { memoryFreeShare: 0.01 } })
    mesh.node(other).sent.length = 0
    mesh.frame('p0', other, [message])
    const said = mesh.node(other).sent.map((sent) => sent.message)
    expect(said).toContainEqual(expect.objectContaining({ t: 'backupSaid', state: 'refused', code: 'pressure' }))
    expect(mesh.node(other).runs.size).toBe(0)
  })

  test('is left alone where its second run fails, and where nobody has room', () => {
    const mesh = lagging({ idempotent: true, exitCode: 1 })
    mesh.run(5_000)
    expect(backups(mesh)).toHaveLength(1)
    expect(mesh.traces('p0', 'task.unbacked')).toMatchObject([{ code: 'failed' }])
    expect([outcomes(mesh), mesh.node('p0').runs.size]).toEqual([[], 1])
    const full = lagging()
    for (const name of ['p1', 'p2']) full.submit(name, `busy-${name}`, { ms: 60_000 })
    full.run(5_000)
    expect(backups(full)).toEqual([])
    expect(full.traces('p0', 'task.unbacked')).toMatchObject([{ code: 'no-room' }])
  })
})

test('a task that does not say that it may run twice is reported, and left alone', () => {
  const mesh = lagging({})
  mesh.run(5_000)
  expect(mesh.traces('p0', 'task.straggles')).toHaveLength(1)
  expect([backups(mesh), mesh.traces('p0', 'task.unbacked')]).toEqual([[], []])
})
