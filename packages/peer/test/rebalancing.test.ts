import { emptyRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'

import { idOf, offer } from './fixtures.ts'
import { Mesh } from './mesh.ts'
import type { Host } from './mesh-node.ts'

const outcomes = (mesh: Mesh, at: string) => mesh.replies(at, 'outcome').map(({ outcome }) => outcome)
const starts = (mesh: Mesh, at: string) => mesh.traces(at, 'task.started').length
const short = { type: 'readings' as const, readings: { memoryFreeShare: 0.01 } }
const well = { type: 'readings' as const, readings: { memoryFreeShare: 0.9 } }

/** Gives a host the same reading every second, `count` times. */
function measure(mesh: Mesh, at: string, input: typeof short | typeof well, count: number): void {
  for (let i = 0; i < count; i++) {
    mesh.step(at, input)
    mesh.run(1_000)
  }
}

/** p0 and p2, which run nothing, award at the same moment: one task runs at p1 for ten seconds, the other is in its queue. */
function queued(
  p1: Partial<Exclude<Host, number>> = {},
  over: Parameters<Mesh['submit']>[2] = {},
): { mesh: Mesh; task: string } {
  const mesh = new Mesh({ p0: 0, p1: { slots: 1, ...p1 }, p2: 0 })
  mesh.submit('p0', 'a', { ms: 10_000, ...over })
  mesh.submit('p2', 'b', { ms: 10_000, ...over })
  mesh.run(900)
  const begun = mesh.traces('p1', 'task.started').map(({ task }) => task)
  const task = mesh.traces('p1', 'task.queued').find((event) => !begun.includes(event.task))?.task
  expect([begun.length, task]).toEqual([1, expect.any(String)])
  return { mesh, task: task! }
}

/** The view of a task, with the decision on its place. */
function view(mesh: Mesh, task: string) {
  mesh.step('p0', { type: 'query', client: 1, task, watch: false })
  mesh.run(10)
  return mesh.replies('p0', 'view').at(-1)!.view!
}

describe('a queue beside a host that has room', () => {
  test('is given up within two seconds, and explained', () => {
    const { mesh, task } = queued()
    mesh.join('p3', 1)
    mesh.until(() => starts(mesh, 'p3') === 1)
    expect(mesh.now).toBeLessThan(3_000 + 900 + 2_500)
    expect(mesh.traces('p1', 'task.putBack')).toMatchObject([{ task, code: 'idle-beside-queue' }])
    mesh.run(200)
    expect(view(mesh, task).decision).toMatchObject({
      winner: 'p3',
      move: { code: 'idle-beside-queue', from: 'p1', reason: expect.stringContaining("in its host's queue") },
    })
    mesh.run(12_000)
    const ended = [...outcomes(mesh, 'p0'), ...outcomes(mesh, 'p2')]
    expect(ended.map(({ kind, attempts }) => [kind, attempts.length])).toEqual(Array(2).fill(['succeeded', 0]))
    expect(starts(mesh, 'p1') + starts(mesh, 'p3')).toBe(2)
  })

  test('stays where nothing is to move by itself, and goes where somebody says so', () => {
    const { mesh, task } = queued({ rebalance: { on: false } })
    mesh.join('p3', 1)
    mesh.run(4_000)
    expect([starts(mesh, 'p3'), mesh.traces('p1', 'task.putBack').length]).toEqual([0, 0])
    const moves = [{ from: 'p1', to: 'p3', tasks: [task, 'f'.repeat(24)], code: 'idle-beside-queue', reason: 'a plan' }]
    mesh.step('p0', { type: 'move', client: 1, moves })
    mesh.run(100)
    expect(mesh.replies('p0', 'moved')).toEqual([
      { type: 'moved', results: [{ handed: 1, left: [{ code: 'gone', count: 1 }] }] },
    ])
    expect(starts(mesh, 'p3')).toBe(1)
    mesh.run(200)
    expect(view(mesh, task).decision).toMatchObject({ winner: 'p3', move: { from: 'p1', reason: 'a plan' } })
  })

  test('is given up as what it is queued as, of what it asks for', () => {
    const gpu = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
    const wide = { ...emptyRequest(), slots: 2 }
    const { mesh } = queued({ slots: 2 }, { request: gpu, alternatives: [wide] })
    mesh.join('p3', 2)
    mesh.run(4_000)
    expect(mesh.traces('p3', 'task.started')).toMatchObject([{ alternative: 1 }])
  })

  test('does not hold what waits for leave to begin: who asks for that is told so', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 0 })
    mesh.submit('p0', 'a', { ms: 1_000, starts: 'at-most-once' })
    mesh.until(() => mesh.node('p0').sent.some(({ message }) => message.t === 'begin'))
    const { capacity: free } = offer(1)
    const named = { tasks: [idOf('a')], code: 'x', reason: '' }
    const wanted = { t: 'wanted' as const, want: 1, free, count: 1, aheadMs: 0, concurrent: 0, offeredMs: 0, named }
    mesh.frame('p1', 'p0', [wanted])
    const given = mesh.node('p0').sent.flatMap(({ message }) => (message.t === 'given' ? [message] : []))
    expect(given).toMatchObject([{ count: 0, left: [{ code: 'beginning', count: 1 }] }])
  })

  test('goes back to a peer that gave it away and has room now, under a new ballot', () => {
    const { mesh, task } = queued()
    // The peer that awarded the queued task is on its path, and now has room for it.
    const from = mesh.traces('p1', 'task.received').find((event) => event.task === task)!.from
    mesh.step(from, { type: 'offer', offer: offer(1) })
    mesh.until(() => starts(mesh, from) === 1)
    expect(mesh.now).toBeLessThan(3_000 + 900 + 2_500)
    const [before, after] = [mesh.traces('p1', 'task.putBack')[0]!, mesh.traces(from, 'task.started')[0]!]
    expect([before.task, after.task]).toEqual([task, task])
    expect(after.ballot.counter).toBeGreaterThan(before.ballot.counter)
    expect(mesh.traces('p1', 'task.givenUp')).toMatchObject([{ task, code: 'had-before' }])
    mesh.run(12_000)
    const ended = [...outcomes(mesh, 'p0'), ...outcomes(mesh, 'p2')]
    expect(ended.map(({ kind, attempts }) => [kind, attempts.length])).toEqual(Array(2).fill(['succeeded', 0]))
  })

  test('stays where it is: what is at the other host keeps it away, as that host says itself', () => {
    const mesh = new Mesh({ p0: 0, p1: 0, p2: 2 })
    mesh.submit('p2', 'there', { ms: 10_000, group: 'db' })
    mesh.run(500)
    mesh.submit('p0', 'a', { apart: [{ group: 'db', required: true }] })
    mesh.run(500)
    mesh.step('p1', {
      type: 'move',
      client: 1,
      moves: [{ from: 'p0', to: 'p2', tasks: [idOf('a')], code: 'x', reason: '' }],
    })
    mesh.run(100)
    const left = [{ code: 'not-apart', count: 1 }]
    expect(mesh.replies('p1', 'moved')).toEqual([{ type: 'moved', results: [{ handed: 0, left }] }])
  })

  test.each([
    ['it has begun', {}, (mesh: Mesh) => mesh.traces('p1', 'task.started')[0]!.task, 'p3', 'running'],
    ['there were too many moves of late', { movesPerMinuteMax: 0 }, undefined, 'p3', 'limit'],
    ['it was before', {}, undefined, 'p2', 'on-path'],
    ['nobody can ask it', {}, undefined, 'nobody', 'not-reachable'],
  ])('stays where it is: %s', (_, rebalance, which, to, code) => {
    const { mesh, task } = queued({ rebalance: { on: false, ...rebalance } })
    mesh.join('p3', 1)
    mesh.run(100)
    const tasks = [which ? which(mesh) : task]
    mesh.step('p0', { type: 'move', client: 1, moves: [{ from: 'p1', to, tasks, code: 'x', reason: '' }] })
    mesh.run(4_000)
    expect(mesh.replies('p0', 'moved')).toMatchObject([{ results: [{ handed: 0, left: [{ code, count: 1 }] }] }])
    expect(mesh.traces('p1', 'task.putBack')).toEqual([])
  })
})

test('a peer counts what a move of data takes by how fast transfers went', () => {
  const mesh = new Mesh({ p0: 0, p1: { slots: 1, rebalance: { on: true } }, p2: 0 })
  const inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 125_000_000 }, mode: 0o644 }]
  // p0 and p2, which run nothing, award at the same moment: one task runs at p1, the other is in its queue.
  for (const at of ['p0', 'p2']) mesh.submit(at, at, { ms: 10_000, inputs })
  mesh.run(900)
  mesh.join('p3', 1)
  mesh.run(3_000)
  expect(starts(mesh, 'p3')).toBe(0)
  expect(mesh.node('p1').peer.snapshot().rebalance.strategy).toMatchObject({ code: 'idle-beside-queue' })
  mesh.step('p1', { type: 'rate', peer: 'p3', bytesPerMs: 1_000_000 })
  mesh.run(2_000)
  expect(mesh.traces('p1', 'task.putBack')).toMatchObject([{ code: 'idle-beside-queue' }])
  expect(starts(mesh, 'p3')).toBe(1)
})

describe('a host under pressure', () => {
  test('gives up what waits in its queue, takes nothing, says why, and takes work again when it is over', () => {
    const { mesh, task } = queued()
    measure(mesh, 'p1', short, 3)
    expect(mesh.traces('p1', 'pressure.began')).toMatchObject([{ code: 'memory-pressure' }])
    expect(mesh.traces('p1', 'task.putBack')).toMatchObject([{ task, code: 'memory-pressure' }])
    expect(mesh.node('p1').peer.snapshot().rebalance.pressure).toMatchObject({ code: 'memory-pressure' })
    expect(mesh.node('p1').peer.loadStamp()).toMatchObject({ freeSlots: 0, pressed: true })
    mesh.run(7_000)
    // p1's run has ended, but under pressure it takes nothing: the task that it put back waits with its bearer.
    expect([outcomes(mesh, 'p0').length + outcomes(mesh, 'p2').length, starts(mesh, 'p1')]).toEqual([1, 1])
    const waiting = view(mesh, task)
    expect(waiting.state).toBe('waiting')
    expect(waiting.decision!.reasons).toContainEqual(
      expect.objectContaining({ code: 'pressure', detail: expect.stringContaining('of memory left') }),
    )
    measure(mesh, 'p1', well, 7)
    expect(mesh.traces('p1', 'pressure.ended')).toHaveLength(1)
    mesh.until(() => starts(mesh, 'p1') === 2)
    mesh.run(11_000)
    expect([...outcomes(mesh, 'p0'), ...outcomes(mesh, 'p2')].map(({ kind }) => kind)).toEqual([
      'succeeded',
      'succeeded',
    ])
  })

  test('has its run go on elsewhere from its checkpoint where it stays short of memory, in one run at a time', () => {
    const mesh = new Mesh({ p0: 2, p1: 2, p2: 0 })
    const plan = { checkpoint: { path: 'at', graceMs: 500 }, ms: 60_000 }
    const sized = (memoryBytes: number) => ({ ...plan, request: { ...emptyRequest(), memoryBytes } })
    mesh.submit('p0', 'small', sized(10))
    mesh.submit('p0', 'large', sized(20))
    mesh.run(500)
    expect(mesh.node('p0').runs.size).toBe(2)
    measure(mesh, 'p0', short, 13)
    const shed = { code: 'memory-pressure', memoryBytes: 20, task: idOf('large') }
    expect(mesh.traces('p0', 'task.shed')).toMatchObject([shed])
    expect(mesh.node('p0').peer.snapshot().rebalance.pressure).toMatchObject({ moved: 1 })
    expect(mesh.traces('p1', 'task.started')).toMatchObject([{ task: idOf('large'), resumed: true }])
    measure(mesh, 'p0', well, 60)
    expect(outcomes(mesh, 'p0').map(({ kind, host }) => [kind, host])).toEqual(
      expect.arrayContaining([
        ['succeeded', 'p0'],
        ['succeeded', 'p1'],
      ]),
    )
    expect(mesh.traces('p0', 'task.shed')).toHaveLength(1)
  })

  test('lets a run stay that is bound to what is beside it: what is at other hosts is not known', () => {
    const mesh = new Mesh({ p0: 2, p1: 2, p2: 0 })
    mesh.submit('p1', 'there', { group: 'db', ms: 60_000 })
    mesh.run(500)
    mesh.submit('p0', 'tied', {
      checkpoint: { path: 'at', graceMs: 500 },
      ms: 60_000,
      apart: [{ group: 'db', required: true }],
    })
    mesh.run(500)
    measure(mesh, 'p0', short, 30)
    expect(mesh.traces('p0', 'task.shed')).toEqual([])
    expect(mesh.node('p0').runs.size).toBe(1)
  })

  test('gives what others gave it back to its custodians: who had it before may be who has room', () => {
    const { mesh, task } = queued()
    const from = mesh.traces('p1', 'task.received').find((event) => event.task === task)!.from
    measure(mesh, 'p1', short, 3)
    expect(mesh.traces('p1', 'task.givenUp')).toMatchObject([{ task, code: 'had-before' }])
    mesh.step(from, { type: 'offer', offer: offer(1) })
    mesh.until(() => starts(mesh, from) === 1)
  })

  test('gives up nothing where nothing is to move by itself, and says so', () => {
    const { mesh } = queued({ rebalance: { on: false } })
    measure(mesh, 'p1', short, 3)
    expect(mesh.traces('p1', 'task.putBack')).toEqual([])
    expect(mesh.node('p1').peer.snapshot().rebalance).toMatchObject({ on: false, strategy: { code: 'off' } })
  })

  test('neither bids nor asks while another host has room', () => {
    const mesh = new Mesh({ p0: 0, p1: 2, p2: 2 })
    measure(mesh, 'p1', short, 3)
    for (let i = 0; i < 4; i++) mesh.submit('p0', `t${i}`, { ms: 300 })
    measure(mesh, 'p1', short, 2)
    expect(outcomes(mesh, 'p0').map(({ host }) => host)).toEqual(Array(4).fill('p2'))
    const { sent } = mesh.node('p1')
    expect(sent.filter(({ message }) => message.t === 'bid' || message.t === 'wanted')).toEqual([])
  })

  test('whose event loop is late is so too', () => {
    const mesh = new Mesh({ p0: 1, p1: 1 })
    for (let i = 0; i < 3; i++) mesh.step('p1', { type: 'lag', lagMs: 5_000 })
    expect(mesh.traces('p1', 'pressure.began')).toMatchObject([{ code: 'overload' }])
  })
})
