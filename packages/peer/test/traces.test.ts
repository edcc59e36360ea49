import { describe, expect, test } from 'vitest'
import { TraceGathering } from '../src/trace-gathering.ts'
import { TraceLog, type UntimedTrace } from '../src/trace-log.ts'
import { idOf, keepsNone, spec } from './fixtures.ts'
import { Mesh } from './mesh.ts'

const everything = { types: [] }
const stored = (task: string): UntimedTrace => ({ type: 'task.stored', task })
const down = (peer: string): UntimedTrace => ({ type: 'link.down', peer })

function logOf(events: readonly UntimedTrace[], config = { eventsMax: 3, seldomMax: 2 }): TraceLog {
  const log = new TraceLog(config, 'p0')
  log.start(100, 1_000_000)
  for (const [i, event] of events.entries()) log.push(100 + i, event)
  return log
}

const read = (log: TraceLog, limit: number, charsMax: number, filter = {}) =>
  log.read({ filter: { types: [], ...filter }, limit, charsMax }, 200)

describe('what a peer keeps of its trace', () => {
  test('is the newest by number, and what is seldom for longer', () => {
    const log = logOf([down('x'), down('a'), down('b'), stored('1'), stored('2'), stored('3')])
    const { events, total, sinceWallMs, atWallMs } = log.read({ filter: everything, limit: 10, charsMax: 10_000 }, 150)
    expect(events.map(({ seq, wallMs }) => [seq, wallMs])).toEqual([
      [1, 1_000_001],
      [2, 1_000_002],
      [3, 1_000_003],
      [4, 1_000_004],
      [5, 1_000_005],
    ])
    expect(JSON.parse(events[0]!.text)).toEqual({ at: 101, type: 'link.down', peer: 'a' })
    expect({ total, sinceWallMs, atWallMs }).toEqual({ total: 5, sinceWallMs: 1_000_003, atWallMs: 1_000_050 })
  })

  test('holds for longer that workers failed to be warm, once, not that they are', () => {
    const done = (code: string, again = {}): UntimedTrace => ({
      ...{ type: 'warm.done', class: 'make', workers: 1, tookMs: 3, code },
      ...again,
    })
    const failed = done('warm-failed')
    const log = logOf([failed, done(''), done('warm-lost'), done('warm-lost', { again: true })])
    for (const task of ['1', '2', '3']) log.push(110, stored(task))
    expect(read(log, 9, 9_999, { types: ['warm'] }).events.map(({ seq }) => seq)).toEqual([0, 2])
  })

  test('keeps the times that were told when the wall clock is found ahead, and goes on by that', () => {
    const log = logOf([stored('1')], { eventsMax: 9, seldomMax: 9 })
    log.setWall(150, 5_000_000)
    log.push(151, stored('2'))
    const { events, atWallMs } = read(log, 9, 9_999)
    expect([...events.map(({ wallMs }) => wallMs), atWallMs]).toEqual([1_000_000, 5_000_001, 5_000_050])
    expect(read(log, 9, 9_999, { sinceWallMs: 1_000_001 }).events.map(({ seq }) => seq)).toEqual([1])
  })

  test('has times that never go back: where the wall clock was set back they are slow until it has caught up', () => {
    const log = new TraceLog({ eventsMax: 9, seldomMax: 9 }, 'p0')
    log.start(0, 1_000_000)
    log.setWall(0, 1_090_000)
    log.push(10, stored('1'))
    log.setWall(20, 1_000_020)
    for (const [i, at] of [30, 40, 50_000, 100_020, 110_000].entries()) log.push(at, stored(`${i + 2}`))
    const { events, atWallMs } = log.read({ filter: everything, limit: 9, charsMax: 9_999 }, 110_000)
    const times = [1_090_010, 1_090_021, 1_090_022, 1_095_018, 1_100_020, 1_110_000]
    expect([...events.map(({ wallMs }) => wallMs), atWallMs]).toEqual([...times, 1_110_000])
    // Times outside the trace follow the new wall clock at once.
    expect(log.wallMs(30)).toBe(1_000_030)
    // A reader that goes on from the last time it saw gets the later events, and only those.
    const since = log.read({ filter: { types: [], sinceWallMs: 1_095_018 }, limit: 9, charsMax: 9_999 }, 110_000)
    expect(since.events.map(({ seq }) => seq)).toEqual([3, 4, 5])
  })

  test('is told by kind, task, peer and time', () => {
    const log = logOf([down('a'), stored('abc'), { type: 'wanted.sent', to: 'a', count: 1 }], {
      eventsMax: 9,
      seldomMax: 9,
    })
    const told = (filter: object) => read(log, 9, 9_999, filter).events.map(({ seq }) => seq)
    expect(told({ types: ['task'] })).toEqual([1])
    expect(told({ types: ['link.down', 'wanted'] })).toEqual([0, 2])
    expect(told({ types: ['link.dow'] })).toEqual([])
    expect(told({ task: 'ab' })).toEqual([1])
    expect(told({ peer: 'a' })).toEqual([0, 2])
    expect(told({ peer: 'p0' })).toEqual([0, 1, 2])
    expect(told({ sinceWallMs: 1_000_001 })).toEqual([1, 2])
    expect(told({ untilWallMs: 1_000_001 })).toEqual([0, 1])
  })

  test('is told to whoever asks for a peer that it names, whatever that is to it', () => {
    const log = logOf(
      [
        down('a'),
        { type: 'hold.expired', asker: 'a', lot: 1, ms: 5 },
        { type: 'task.outrun', task: 't', ballot: { counter: 1, peer: 'p0', incarnation: 1 }, host: 'a' },
        { type: 'wanted.sent', to: 'a', count: 1 },
        { type: 'hold.expired', asker: 'b', lot: 1, ms: 5 },
      ],
      { eventsMax: 9, seldomMax: 9 },
    )
    expect(read(log, 9, 9_999, { peer: 'a' }).events.map(({ seq }) => seq)).toEqual([0, 1, 2, 3])
  })

  test('is told without gaps as far as there is room, one event at least', () => {
    const log = logOf([stored('1'), stored('2'.repeat(100)), stored('3')])
    expect(read(log, 10, 80)).toMatchObject({ events: [{ seq: 2 }], total: 3 })
    expect(read(log, 10, 1)).toMatchObject({ events: [{ seq: 2 }], total: 3 })
    expect(read(log, 2, 9_999)).toMatchObject({ events: [{ seq: 1 }, { seq: 2 }], total: 3 })
  })

  test('is cut where one event is too long to travel', () => {
    const log = logOf([{ type: 'task.refused', code: 'x', message: 'y'.repeat(40_000) }])
    const event = JSON.parse(read(log, 1, 99_999).events[0]!.text) as { message: string; cut: boolean }
    expect([event.message.length, event.cut]).toEqual([256, true])
  })
})

test('answers are put in order, and told from where nobody lacks any', () => {
  const gathering = new TraceGathering(['a', 'b', 'c'], ['d'], 3)
  const of = (...wallMs: number[]) => wallMs.map((each, seq) => ({ seq, wallMs: each, text: '{}' }))
  expect(
    gathering.onTold('a', { t: 'traced', ask: 1, events: of(1, 5, 9), total: 3, sinceWallMs: 0, atWallMs: 9 }),
  ).toBe(false)
  // b had no room for its events before 4, so the trace is complete, and told, only from 4 on.
  expect(gathering.onTold('b', { t: 'traced', ask: 1, events: of(4, 6), total: 7, sinceWallMs: 2, atWallMs: 9 })).toBe(
    false,
  )
  expect(gathering.onTold('b', { t: 'traced', ask: 1, events: of(7), total: 1, sinceWallMs: 2, atWallMs: 9 })).toBe(
    false,
  )
  const told = gathering.told()
  expect(told.events.map(({ by, wallMs }) => [by, wallMs])).toEqual([
    ['a', 5],
    ['b', 6],
    ['a', 9],
  ])
  expect(told).toMatchObject({ total: 10, peers: [{ peer: 'a' }, { peer: 'b', sinceWallMs: 2 }], missing: ['c', 'd'] })
})

describe('the trace of the mesh', () => {
  const task = idOf('a')
  const ask = (mesh: Mesh, at: string, filter: object, limit = 100) =>
    mesh.step(at, { type: 'readTrace', client: 1, filter: { types: [], ...filter }, limit })

  test('is told by any peer, whether anybody read before or not', () => {
    const mesh = new Mesh({ p0: 0, p1: keepsNone(1), eye: { slots: 0, role: 'observe' } })
    mesh.submit('p0', 'a', { ms: 20 })
    mesh.run(500)
    ask(mesh, 'eye', { types: ['task'], task })
    mesh.run(10)
    const told = mesh.replies('eye', 'traced')[0]?.told
    const seen = told?.events.map(({ by, text }) => `${by} ${(JSON.parse(text) as { type: string }).type}`)
    expect(seen).toEqual(
      expect.arrayContaining([
        'p0 task.submitted',
        'p0 task.awarded',
        'p1 task.received',
        'p1 task.ran',
        'p0 task.closed',
      ]),
    )
    expect(told?.peers.map(({ peer }) => peer)).toEqual(['eye', 'p0', 'p1'])
    expect(told?.missing).toEqual([])
  })

  test('names who did not answer, and who cannot be asked', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 1 })
    mesh.kill('p1')
    ask(mesh, 'p0', {})
    mesh.run(2_000)
    expect(mesh.replies('p0', 'traced')[0]?.told).toMatchObject({
      peers: [{ peer: 'p0' }, { peer: 'p2' }],
      missing: ['p1'],
    })
    mesh.run(20_000)
    ask(mesh, 'p0', { types: ['member.state'] })
    mesh.run(10)
    const told = mesh.replies('p0', 'traced')[1]?.told
    expect(told?.missing).toEqual(['p1'])
    expect(told?.events.map(({ by }) => by)).toEqual(expect.arrayContaining(['p0', 'p2']))
  })

  test('begins for a peer at a time of its own where one is given', () => {
    const mesh = new Mesh({ p0: 1, p1: 1, p2: 1 })
    const all = () => mesh.replies('p0', 'traced').at(-1)!.told!.events
    ask(mesh, 'p0', {})
    mesh.run(10)
    const latest = Math.max(...all().map(({ wallMs }) => wallMs))
    const sinces = new Map([['p1', 0]])
    mesh.step('p0', {
      type: 'readTrace',
      client: 1,
      filter: { types: [], sinceWallMs: latest + 1 },
      sinces,
      limit: 100,
    })
    mesh.run(10)
    expect([...new Set(all().map(({ by }) => by))]).toEqual(['p1'])
  })

  test('is read by so many at once, and for nobody who has gone', () => {
    const mesh = new Mesh({ p0: 0, p1: 1 })
    mesh.kill('p1')
    for (let i = 0; i < 33; i++) ask(mesh, 'p0', {})
    expect(mesh.replies('p0', 'traced')).toEqual([{ type: 'traced', told: undefined }])
    mesh.step('p0', { type: 'gone', client: 1 })
    mesh.run(2_000)
    expect(mesh.replies('p0', 'traced')).toHaveLength(1)
  })

  test('has what the driver refused before it was an input', () => {
    const mesh = new Mesh({ p0: 0 })
    mesh.step('p0', { type: 'rejected', from: 'p9', code: 'malformed', detail: 'frame' })
    ask(mesh, 'p0', { types: ['message'] })
    mesh.run(1)
    const [event] = mesh.replies('p0', 'traced')[0]?.told?.events ?? []
    expect(JSON.parse(event?.text ?? '')).toMatchObject({ type: 'message.rejected', peer: 'p9', code: 'malformed' })
  })
})

describe('what spans are made of', () => {
  const traceparent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'

  test('the context of a task comes to whoever runs it, and one of those that keep it tells of the whole', () => {
    const mesh = new Mesh({ p0: 0, p1: 1, p2: 0, p3: 0 })
    mesh.submitSpec('p0', 'a', { ...spec({ ms: 40 }), traceparent })
    mesh.run(3_000)
    expect(mesh.traces('p0', 'task.submitted')).toMatchObject([{ traceparent }])
    expect(mesh.traces('p1', 'task.received')).toMatchObject([{ traceparent }])
    const closed = ['p0', 'p1', 'p2', 'p3'].flatMap((peer) => mesh.traces(peer, 'task.closed'))
    expect(closed.length).toBeGreaterThan(1)
    const told = closed.flatMap(({ whole }) => whole ?? [])
    expect(told).toMatchObject([{ class: spec({}).class, traceparent }])
    expect(told[0]?.tookMs).toBeGreaterThanOrEqual(40)
  })

  test('who takes a task up knows its context, too', () => {
    const mesh = new Mesh({ p0: 1, p1: 0, p2: 0 })
    mesh.submitSpec('p0', 'a', { ...spec({ ms: 60_000 }), traceparent })
    mesh.run(1_500)
    mesh.kill('p0')
    mesh.run(10_000)
    const recovered = ['p1', 'p2'].flatMap((peer) => mesh.traces(peer, 'task.recovered'))
    expect(recovered[0]).toMatchObject({ traceparent })
    const lost = ['p1', 'p2'].flatMap((peer) => mesh.traces(peer, 'task.runLost'))
    expect(lost).toMatchObject([{ peer: 'p0', state: 'running', attempt: 1, traceparent }])
    const [started] = mesh.traces('p0', 'task.started')
    expect(lost[0]!.ballot).toEqual(started!.ballot)
    expect(lost[0]!.at - lost[0]!.forMs!).toBeCloseTo(started!.at, -3)
  })
})
