import { shapeOf } from '@souk/market'
import type { Message } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { RunOrder } from '../src/index.ts'
import { mayReceive } from '../src/permissions.ts'
import { idOf, keepsNone, offer, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const task = idOf('a')

function messages(from: string): Message[] {
  const record = { id: task, spec: spec(), origin: 'p0', submittedWallMs: 0, custodians: ['p0'], version: 1 }
  const ballot = { counter: 1, peer: 'p0', incarnation: 1 }
  const baton = {
    record,
    ballot,
    incarnation: 1,
    offeredMs: 0,
    path: [from],
    alternates: [],
    bounces: 0,
    moves: 0,
    leaseAgeMs: 0,
    attempts: [],
  }
  return [
    { t: 'quote', lot: 1, shape: shapeOf(spec()), count: 1, priority: 'medium', expectedMs: 0, expectedMsP90: 0 },
    { t: 'award', batons: [baton] },
    { t: 'cancel', ask: 1, task, reason: '' },
  ]
}

describe('a member that only observes', () => {
  test('may not ask, award or cancel: it is told in the trace, and nothing happens', () => {
    const mesh = new Mesh({ p0: 1, eye: { slots: 0, role: 'observe' } })
    mesh.submit('p0', 'a', { ms: 1_000 })
    mesh.run(100)
    mesh.frame('eye', 'p0', messages('eye'))
    mesh.run(100)
    expect(mesh.traces('p0', 'message.rejected')).toMatchObject([
      { peer: 'eye', tag: 'quote', code: 'not-allowed' },
      { peer: 'eye', tag: 'award', code: 'not-allowed' },
      { peer: 'eye', tag: 'cancel', code: 'not-allowed' },
    ])
    expect(mesh.node('p0').runs.size).toBe(1)
  })

  test('may read', () => {
    const mesh = new Mesh({ p0: 1, eye: { slots: 0, role: 'observe' } })
    mesh.submit('p0', 'a', { ms: 1_000 })
    mesh.run(100)
    mesh.step('eye', { type: 'query', client: 1, task, watch: false })
    mesh.run(10)
    expect(mesh.replies('eye', 'view')).toMatchObject([{ view: { record: { id: task } } }])
  })

  test('is never asked for a quote, even where it offers to run', () => {
    const mesh = new Mesh({ p0: 0, eye: { slots: 4, role: 'observe' } })
    mesh.submit('p0', 'a')
    mesh.run(100)
    expect(mesh.node('p0').sent.filter(({ message }) => message.t === 'quote')).toEqual([])
  })
})

describe('what a role may send', () => {
  test.each([
    [
      'observe',
      ['query', 'list', 'follow', 'ping', 'view', 'listed'],
      ['quote', 'award', 'cancel', 'bid', 'wanted', 'accept', 'bounce', 'commit', 'renew', 'giveUp', 'fenced'],
    ],
    [
      'submit',
      ['quote', 'award', 'cancel', 'query', 'given', 'store', 'drop', 'await', 'commit', 'renew', 'giveUp', 'stopped'],
      ['bid', 'wanted', 'accept', 'stored', 'promise', 'prepare', 'committed', 'renewed', 'fenced', 'copy'],
    ],
    ['host', ['quote', 'award', 'bid', 'wanted', 'accept', 'bounce', 'commit'], []],
    ['admin', ['quote', 'award', 'bid', 'wanted', 'accept', 'bounce', 'commit'], []],
  ] as const)('is decided for %s', (role, may, mayNot) => {
    expect(may.filter((tag) => !mayReceive(role, tag))).toEqual([])
    expect(mayNot.filter((tag) => mayReceive(role, tag))).toEqual([])
  })

  test('is nothing for one who is no member', () => {
    const mesh = new Mesh({ p0: 1 })
    const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
    mesh.step('p0', {
      type: 'frame',
      from: 'stranger',
      frame: { incarnation: 1, load, messages: messages('stranger') },
    })
    expect(mesh.traces('p0', 'message.rejected').map(({ code }) => code)).toEqual(Array(3).fill('not-a-member'))
  })
})

describe('a host that drains', () => {
  test('finishes what it runs, takes nothing new and says so to the others', () => {
    const mesh = new Mesh({ p0: 0, p1: 2, p2: 2 })
    mesh.step('p1', { type: 'drain', on: true })
    mesh.run(2_000)
    for (const name of ['a', 'b', 'c', 'd']) mesh.submit('p0', name, { ms: 100 })
    mesh.run(1_000)
    expect(new Set(mesh.replies('p0', 'outcome').map(({ outcome }) => outcome.host))).toEqual(new Set(['p2']))
    const seen = mesh
      .node('p0')
      .peer.snapshot()
      .members.find(({ peer }) => peer === 'p1')
    expect(seen?.offer?.draining).toBe(true)
    expect(mesh.node('p1').peer.loadStamp().draining).toBe(true)
  })

  test('bounces what was awarded before the others knew', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.submit('p0', 'a')
    mesh.until(() => mesh.node('p0').sent.some(({ message }) => message.t === 'award'))
    mesh.step('p1', { type: 'drain', on: true })
    mesh.run(1_000)
    expect(mesh.traces('p1', 'task.bounced')).toMatchObject([{ code: 'draining', to: undefined }])
    mesh.step('p1', { type: 'drain', on: false })
    mesh.run(3_000)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded', attempts: [] } }])
  })

  test('keeps draining when its inventory changes', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.step('p0', { type: 'drain', on: true })
    mesh.step('p0', { type: 'offer', offer: offer(3) })
    expect(mesh.node('p0').peer.snapshot()).toMatchObject({ offer: { draining: true }, free: { slots: 3 } })
  })
})

describe('a full disk', () => {
  test('refuses submits and shows, and all is well once it has room', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.node('p0').diskFull = true
    mesh.submit('p0', 'a')
    mesh.run(10)
    expect(mesh.replies('p0', 'refused')).toMatchObject([{ code: 'disk-full' }])
    const snapshot = mesh.node('p0').peer.snapshot()
    expect(snapshot.store).toEqual({ ok: false, code: 'disk-full', message: 'no space left on the device' })
    expect([snapshot.tasks, snapshot.free.slots]).toEqual([{}, 1])
    expect(snapshot.custody).toMatchObject({ open: 0, borne: [], kept: 0 })
    mesh.node('p0').diskFull = false
    mesh.run(100)
    mesh.submit('p0', 'a')
    mesh.run(100)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded' } }])
    expect(mesh.node('p0').peer.snapshot().store).toEqual({ ok: true })
  })

  test('loses no outcome of what was accepted before', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1) })
    mesh.submit('p0', 'a', { ms: 100 })
    mesh.run(50)
    mesh.node('p0').diskFull = true
    mesh.run(3_000)
    expect(mesh.replies('p0', 'outcome')).toEqual([])
    mesh.node('p0').diskFull = false
    mesh.run(3_000)
    expect(mesh.replies('p0', 'outcome')).toMatchObject([{ outcome: { kind: 'succeeded', ballot: { counter: 1 } } }])
  })
})

describe('the load stamp', () => {
  test('says what waits, runs and is free, and its seq rises with every change and only then', () => {
    const mesh = new Mesh({ p0: 1 })
    const { peer } = mesh.node('p0')
    const idle = peer.loadStamp()
    expect(idle).toMatchObject({ waiting: 0, freeSlots: 1, running: 0, draining: false })
    mesh.run(5_000)
    const later = peer.loadStamp()
    expect(later).toEqual({ ...idle, saidMs: later.saidMs })
    expect(later.saidMs).toBeGreaterThan(idle.saidMs)
    for (const name of ['a', 'b', 'c']) mesh.submit('p0', name, { ms: 100 })
    mesh.run(50)
    const busy = peer.loadStamp()
    expect(busy).toMatchObject({ waiting: 2, freeSlots: 0, running: 1 })
    expect(busy.seq).toBeGreaterThan(idle.seq)
    mesh.step('p0', { type: 'drain', on: true })
    expect(peer.loadStamp()).toMatchObject({ draining: true, seq: busy.seq + 1 })
  })

  test('reaches the others with every frame', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1) })
    for (const name of ['a', 'b', 'c']) mesh.submit('p0', name, { ms: 10_000 })
    mesh.run(2_000)
    const load = (at: string, of: string) =>
      mesh
        .node(at)
        .peer.snapshot()
        .members.find(({ peer }) => peer === of)?.load
    expect(load('p0', 'p1')).toMatchObject({ running: 1, freeSlots: 0 })
    expect(load('p1', 'p0')).toMatchObject({ waiting: 2 })
  })
})

describe('the audit', () => {
  const ghost = { task: 'f00000000000000000000000', ballot: { counter: 2, peer: 'p0', incarnation: 1 } }

  test('of a host where all goes together says nothing, also of room that waits for the disk', () => {
    const mesh = new Mesh({ p0: 2 })
    mesh.submit('p0', 'a', { ms: 100_000 })
    mesh.run(1_000)
    const [{ task, ballot }] = [...mesh.node('p0').runs.values()] as [RunOrder]
    mesh.submit('p0', 'b')
    expect(mesh.node('p0').peer.snapshot()).toMatchObject({ free: { slots: 0 }, load: { running: 1 } })
    for (let i = 0; i < 3; i++) mesh.step('p0', { type: 'measured', runs: [{ task, ballot }] })
    expect(mesh.node('p0').peer.snapshot().breaches).toEqual([])
  })

  test('tells of a run that was never ordered, in the trace, the counters and the snapshot', () => {
    const mesh = new Mesh({ p0: 2 })
    for (let i = 0; i < 2; i++) mesh.step('p0', { type: 'measured', runs: [ghost] })
    const breach = { code: 'unknown-run', task: ghost.task, resource: 'run', seen: 1, allowed: 0 }
    const { traces, peer } = mesh.node('p0')
    expect(traces.at(-1)).toMatchObject({ type: 'audit.breach', ...breach })
    expect(peer.snapshot()).toMatchObject({ breaches: [breach], counters: { 'audit.breach': 1 } })
  })
})

describe('tracing', () => {
  test('builds no events while nobody reads, but counts them', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.node('p0').peer.setTracing(false)
    mesh.submit('p0', 'a')
    mesh.run(100)
    expect(mesh.node('p0').traces).toEqual([])
    expect(mesh.node('p0').peer.snapshot().counters).toMatchObject({ 'task.accepted': 1, 'task.closed': 1 })
  })

  test('builds what somebody wants, and nothing else', () => {
    const mesh = new Mesh({ p0: 1 })
    mesh.node('p0').peer.setTracing(({ type }) => type === 'task.accepted')
    mesh.submit('p0', 'a')
    mesh.run(100)
    expect(mesh.node('p0').traces.map(({ type }) => type)).toEqual(['task.accepted'])
  })

  test('is the same for the same seed', () => {
    const play = () => {
      const mesh = new Mesh({ p0: 0, p1: 2, p2: 2 })
      for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) mesh.submit('p0', name)
      mesh.run(1_000)
      return ['p0', 'p1', 'p2'].map((name) => mesh.node(name).traces)
    }
    expect(play()).toEqual(play())
  })
})
