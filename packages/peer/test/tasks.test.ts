import { limits } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { idOf, keepsNone, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const market = ['quote', 'bid', 'noBid', 'award', 'accept', 'wanted', 'given', 'commit']

describe('a task', () => {
  test('that fits here is run here without a word to anybody, and its client hears first that it is kept', () => {
    const mesh = new Mesh({ p0: 2, p1: keepsNone(2) })
    mesh.submit('p0', 'a', { ms: 20 }, { client: 7, tag: 3 })
    mesh.run(100)
    const task = idOf('a')
    expect(mesh.node('p0').replies).toMatchObject([
      { client: 7, reply: { type: 'accepted', tag: 3, task } },
      { client: 7, reply: { type: 'outcome', task, outcome: { kind: 'succeeded', host: 'p0' } } },
    ])
    expect(mesh.node('p0').sent.filter(({ message }) => market.includes(message.t))).toEqual([])
    expect(mesh.node('p0').runs.size).toBe(0)
  })

  test('that fits elsewhere is run there, and its outcome comes back', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1) })
    mesh.submit('p0', 'a')
    mesh.run(200)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded', host: 'p1' } }])
    const tags = ['p0', 'p1'].map((p) => mesh.node(p).sent.map(({ message }) => message.t))
    expect(tags.map((list) => list.filter((t) => market.includes(t)))).toEqual([
      ['quote', 'award'],
      ['bid', 'accept', 'commit'],
    ])
    expect(mesh.node('p0').peer.snapshot()).toMatchObject({ tasks: { succeeded: 1 }, custody: { open: 0, borne: [] } })
    expect(mesh.node('p1').peer.snapshot()).toMatchObject({ custody: { borne: [] }, host: { runs: [] } })
  })

  test('that exits with an error is failed and not run again, unless it may be', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a', { exitCode: 1 })
    mesh.submit('p0', 'b', { exitCode: 1, retries: 2 })
    mesh.run(1_000)
    const outcomes = mesh.replies('p0', 'outcome')
    expect(outcomes.map(({ task, outcome }) => [task[0], outcome.kind, outcome.code, outcome.attempts.length])).toEqual(
      [
        ['a', 'failed', 'threw', 0],
        ['b', 'failed', 'threw', 2],
      ],
    )
  })

  test('that takes too long is stopped', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a', { ms: 10_000, timeoutMs: 100 })
    mesh.run(500)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'failed', code: 'timeout' } }])
  })

  test('is accepted only once the disk has it, and starts nowhere before', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.submit('p0', 'a')
    expect([mesh.node('p0').replies, mesh.node('p0').runs.size]).toEqual([[], 0])
    mesh.run(1)
    expect([mesh.replies('p0', 'accepted').length, mesh.node('p0').runs.size]).toEqual([1, 1])
  })

  test('that is too large is refused with its size and the limit', () => {
    const mesh = new Mesh({ p0: 1 })
    const argv = Array.from({ length: 10 }, () => 'x'.repeat(32_000))
    mesh.submitSpec('p0', 'a', spec({ work: { kind: 'process', argv, env: {} } }))
    const [refused] = mesh.replies('p0', 'refused')
    expect(refused).toMatchObject({ tag: 1, code: 'task-too-large' })
    expect(refused!.message).toContain(String(limits.specBytesMax))
    expect(mesh.node('p0').disk.size).toBe(0)
  })

  test('that no host can ever run fails where the caller asked for it', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a', { labels: { zone: 'moon' }, failIfUnplaceable: true })
    mesh.run(1_000)
    const [reply] = mesh.replies('p0', 'outcome')
    expect(reply?.outcome).toMatchObject({ kind: 'failed', code: 'unplaceable' })
    expect(reply?.outcome.message).toContain('zone=moon')
  })

  test('of more than there is room for waits, and everything ends', () => {
    const mesh = new Mesh({ p0: 0, p1: 2, p2: 2 })
    const tasks = Array.from({ length: 40 }, (_, tag) => ({ tag, nonce: `${tag}`.padStart(23, '0'), spec: spec() }))
    mesh.step('p0', { type: 'submit', client: 1, tasks })
    mesh.run(1_000)
    const outcomes = mesh.replies('p0', 'outcome')
    expect(outcomes.filter(({ outcome }) => outcome.kind === 'succeeded')).toHaveLength(40)
    expect(new Set(outcomes.map(({ task }) => task)).size).toBe(40)
    for (const host of ['p1', 'p2']) {
      const own = outcomes.filter(({ outcome }) => outcome.host === host)
      expect(own.length).toBeGreaterThan(5)
    }
    expect(mesh.traces('p0', 'wanted.given').length).toBeGreaterThan(0)
  })
})

describe('a slot', () => {
  const roundTripMs = 2

  test('does not stay idle beside a task that waits for more than ten round trips', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 0 })
    mesh.submit('p2', 'long', { ms: 400 })
    mesh.run(50)
    mesh.submit('p0', 'waiting', { ms: 1_000 })
    mesh.until(() => mesh.node('p1').runs.size === 0)
    mesh.run(10 * roundTripMs)
    expect([...mesh.node('p1').runs.keys()]).toEqual([idOf('waiting')])
  })

  test('is filled at once when its host no longer drains', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.step('p1', { type: 'drain', on: true })
    mesh.run(2_000)
    mesh.submit('p0', 'waiting', { ms: 1_000 })
    mesh.run(1_000)
    mesh.step('p1', { type: 'drain', on: false })
    mesh.run(10 * roundTripMs)
    expect(mesh.node('p1').runs.size).toBe(1)
  })
})

describe('a task whose host', () => {
  test('is killed is run again elsewhere after a lease, its attempt counted', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a', { ms: 5_000 })
    mesh.run(1_000)
    mesh.kill('p1')
    mesh.run(5_000)
    expect(mesh.replies('p0', 'outcome')).toEqual([])
    mesh.start('p1')
    mesh.until(() => mesh.replies('p0', 'outcome').length > 0)
    expect(mesh.replies('p0', 'outcome')[0]!.outcome).toMatchObject({
      kind: 'succeeded',
      ballot: { counter: 2 },
      attempts: [{ host: 'p1', code: 'vanished' }],
    })
  })

  test('comes back with an old disk, after a later life of it was known, is not given it again', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    const awards = () => mesh.node('p0').sent.filter(({ message }) => message.t === 'award').length
    mesh.submit('p0', 'a', { ms: 100 })
    // p1 takes the task, and its accept is lost with the link.
    mesh.until(() => mesh.node('p1').runs.size > 0)
    for (const incarnation of [2, 1]) {
      mesh.kill('p1')
      mesh.run(10)
      mesh.node('p1').incarnation = incarnation - 1
      mesh.start('p1')
      mesh.run(10)
    }
    expect(mesh.traces('p1', 'store.behind')).toMatchObject([{ own: 1, seen: 2 }])
    expect(awards()).toBe(1)
  })

  test('loses its link for a moment goes on, and is not run twice', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.submit('p0', 'a', { ms: 10_000 })
    mesh.run(4_000)
    const [host] = ['p1', 'p2'].filter((name) => mesh.node(name).runs.size > 0)
    for (let i = 0; i < 3; i++) {
      mesh.cut('p0', host!)
      mesh.run(200)
      mesh.heal('p0', host!)
      mesh.run(1_500)
    }
    mesh.until(() => mesh.replies('p0', 'outcome').length > 0)
    expect(mesh.replies('p0', 'outcome')[0]!.outcome).toMatchObject({ host, attempts: [], ballot: { counter: 1 } })
  })

  test('is cut off stops it before anybody else starts it', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.submit('p0', 'a', { ms: 20_000 })
    mesh.run(2_000)
    const [host, other] = mesh.node('p1').runs.size > 0 ? ['p1', 'p2'] : ['p2', 'p1']
    mesh.cut('p0', host!)
    mesh.cut(other!, host!)
    const both: boolean[] = []
    mesh.until(() => {
      both.push(mesh.node(host!).runs.size + mesh.node(other!).runs.size > 1)
      return mesh.node(other!).runs.size > 0
    })
    expect(both).not.toContain(true)
    expect(mesh.traces(host!, 'task.leaseLost')).toHaveLength(1)
  })

  test('leaves is run again at once', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.submit('p0', 'a', { ms: 500 })
    mesh.run(100)
    const [host] = ['p1', 'p2'].filter((name) => mesh.node(name).runs.size > 0)
    mesh.step(host!, { type: 'leave' })
    expect(mesh.node(host!).peer.quiet).toBe(false)
    mesh.run(100)
    expect(mesh.node(host!).peer.quiet).toBe(true)
    mesh.run(1_000)
    const [reply] = mesh.replies('p0', 'outcome')
    expect(reply?.outcome).toMatchObject({ kind: 'succeeded', attempts: [] })
    expect(reply?.outcome.host).not.toBe(host)
  })
})

describe('a task whose origin', () => {
  test('restarts keeps its run, and its outcome is found under the same key', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1) })
    mesh.submit('p0', 'a', { ms: 8_000 })
    mesh.run(3_000)
    mesh.kill('p0')
    mesh.run(1_000)
    mesh.start('p0')
    mesh.run(6_000)
    mesh.submit('p0', 'a', { ms: 8_000 }, { client: 9 })
    mesh.run(10)
    expect(mesh.replies('p0', 'outcome').at(-1)?.outcome).toMatchObject({
      kind: 'succeeded',
      host: 'p1',
      ballot: { counter: 1 },
      attempts: [],
    })
    expect(mesh.traces('p1', 'task.started')).toHaveLength(1)
  })

  test('restarts and ran it itself runs it again', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.submit('p0', 'a', { ms: 1_000 })
    mesh.run(500)
    mesh.kill('p0')
    mesh.start('p0')
    mesh.run(6_000)
    expect(mesh.node('p0').peer.snapshot().tasks).toEqual({ succeeded: 1 })
  })
})
