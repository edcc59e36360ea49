import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultHostConfig, type HostEffect } from '../src/index.ts'
import { OutputTail } from '../src/output-tail.ts'
import { Bench, ballot, capacity, request, started } from './fixtures.ts'

describe('a run', () => {
  test('starts at once where it fits, begins when the executor says so, and ends once', () => {
    const bench = new Bench(capacity({ gpuMilli: [1000] }))
    const gpu = request({ gpu: { count: 1, milli: 1000 } })
    expect(bench.take('a', { request: gpu, class: 'render' })).toMatchObject([
      { type: 'run', record: { id: 'a' }, gpuDevices: [0], attempt: 1, leased: true },
    ])
    expect(bench.running('a')).toEqual([{ type: 'began', task: 'a', ballot: ballot() }])
    expect(bench.ran('a', { exitCode: 3 })).toMatchObject([
      { type: 'ended', task: 'a', class: 'render', result: { exitCode: 3 }, stopCode: undefined },
    ])
    expect([bench.host.running, bench.host.has('a'), bench.host.free.slots]).toEqual([0, false, 1])
  })

  test('gets the devices that leave most for others, as the market knows, if they serve; else the fullest', () => {
    const bench = new Bench(capacity({ slots: 9, gpuMilli: [1000, 500, 1000] }))
    const devices = (name: string, milli: number) => {
      const [run] = bench.take(name, { request: request({ gpu: { count: 1, milli } }) })
      return run?.type === 'run' ? run.gpuDevices : undefined
    }
    bench.devices = [2]
    expect(devices('a', 400)).toEqual([2])
    expect(devices('b', 700)).toEqual([0])
    bench.devices = [0, 1]
    expect(devices('c', 100)).toEqual([0])
  })

  test('is reported once, however often the executor says it', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    bench.running('a')
    expect(bench.running('a')).toEqual([])
    bench.ran('a')
    expect([...bench.ran('a'), ...bench.running('a')]).toEqual([])
    expect(bench.host.free.slots).toBe(1)
  })

  test('hears nothing that was said under another ballot', () => {
    const bench = new Bench(capacity())
    bench.take('a', {}, ballot(2))
    expect([...bench.running('a', ballot(1)), ...bench.ran('a', {}, ballot(1)), ...bench.halt('a')]).toEqual([])
    expect(bench.host.running).toBe(1)
  })

  test('may end without having begun', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    expect(bench.ran('a', { end: 'refused' })).toMatchObject([{ type: 'ended', result: { end: 'refused' } }])
  })

  test('is stopped when its time is over, and says why it ended', () => {
    const bench = new Bench(capacity())
    bench.take('a', { timeoutMs: 100 })
    bench.running('a')
    expect(bench.host.nextWakeup()).toBe(100)
    expect(bench.at(99).step({ type: 'wake' })).toEqual([])
    expect(bench.at(100).step({ type: 'wake' })).toEqual([
      { type: 'stop', task: 'a', ballot: ballot(), code: 'timeout' },
    ])
    expect(bench.at(200).step({ type: 'wake' })).toEqual([])
    expect(bench.ran('a', { end: 'timeout' })).toMatchObject([{ type: 'ended', stopCode: 'timeout' }])
  })

  test('counts its time from its start, not from its arrival', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    bench.take('b', { timeoutMs: 100 })
    bench.at(500).ran('a')
    expect(bench.host.nextWakeup()).toBe(600)
  })

  test('that waits is dropped when it is halted', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    bench.take('b')
    expect(bench.halt('b', 'fenced')).toEqual([{ type: 'dropped', task: 'b', ballot: ballot(), code: 'fenced' }])
    expect([bench.host.queued, bench.host.has('b')]).toEqual([0, false])
    expect(started(bench.ran('a'))).toEqual([])
  })

  test('that runs is stopped when it is halted, and keeps its room until it is gone', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    bench.take('b')
    expect(bench.halt('a')).toEqual([{ type: 'stop', task: 'a', ballot: ballot(), code: 'cancelled' }])
    expect(bench.halt('a', 'fenced')).toEqual([])
    const effects = bench.ran('a', { end: 'stopped' })
    expect(effects).toMatchObject([{ type: 'ended', stopCode: 'cancelled' }, { type: 'run' }])
    expect(started(effects)).toEqual(['b'])
  })
})

describe('a run that ends in its own time', () => {
  test.each(['fenced', 'cancelled'] as const)('is told once more when it is %s meanwhile', (code) => {
    const bench = new Bench(capacity())
    bench.take('a')
    expect(bench.halt('a', 'draining')).toMatchObject([{ type: 'stop', code: 'draining' }])
    expect(bench.halt('a', 'draining')).toEqual([])
    expect(bench.halt('a', code)).toEqual([{ type: 'stop', task: 'a', ballot: ballot(), code }])
    expect(bench.ran('a', { end: 'stopped' })).toMatchObject([{ type: 'ended', stopCode: code }])
  })
})

describe('room', () => {
  test('can be reserved for a task that is still on its way, and is used by it', () => {
    const bench = new Bench(capacity({ slots: 2 }))
    bench.step({ type: 'reserve', task: 'a', tenant: 'tenant', request: request() })
    expect(bench.host.room(request(), 9)).toBe(1)
    bench.take('b')
    expect(started(bench.take('c'))).toEqual([])
    expect(started(bench.take('a'))).toEqual(['a'])
    bench.ran('a')
    bench.ran('b')
    bench.ran('c')
    expect(bench.host.free.slots).toBe(2)
  })

  test('that is reserved is used at once, however many wait in front and for how long', () => {
    const bench = new Bench(capacity({ slots: 1 }), { overtakeScanMax: 2, overtakeMsMax: 500 })
    bench.step({ type: 'reserve', task: 'a', tenant: 'tenant', request: request() })
    for (const name of ['b', 'c', 'd']) expect(started(bench.take(name))).toEqual([])
    bench.now += 1_000
    expect(started(bench.take('a'))).toEqual(['a'])
    expect(started(bench.ran('a'))).toEqual(['b'])
  })

  test('comes back when the task does not come, and somebody who waits gets it', () => {
    const bench = new Bench(capacity())
    bench.step({ type: 'reserve', task: 'a', tenant: 'tenant', request: request() })
    bench.step({ type: 'reserve', task: 'a', tenant: 'tenant', request: request() })
    expect(started(bench.take('b'))).toEqual([])
    expect(started(bench.step({ type: 'release', task: 'a' }))).toEqual(['b'])
    bench.step({ type: 'release', task: 'a' })
    bench.step({ type: 'release', task: 'b' })
    expect(bench.host.free.slots).toBe(0)
  })

  test('is nothing while something waits', () => {
    const bench = new Bench(capacity({ slots: 2, cpuMilli: 1000 }))
    const needs = { request: request({ cpuMilli: 1000 }) }
    bench.take('a', needs)
    expect(bench.host.room(request(), 9)).toBe(1)
    bench.take('b', needs)
    expect(bench.host.room(request(), 9)).toBe(0)
  })

  test('that grows starts what waits', () => {
    const bench = new Bench(capacity())
    for (const id of ['a', 'b', 'c']) bench.take(id)
    expect(started(bench.step({ type: 'capacity', capacity: capacity({ slots: 3 }) }))).toEqual(['b', 'c'])
  })

  test('that shrank under a waiting run does not keep all the others waiting for ever', () => {
    const bench = new Bench(capacity({ slots: 2, cpuMilli: 2000 }))
    bench.take('a', { request: request({ cpuMilli: 1000 }) })
    bench.take('wide', { request: request({ cpuMilli: 2000 }) })
    bench.step({ type: 'capacity', capacity: capacity({ slots: 2, cpuMilli: 1000 }) })
    bench.at(60_000).take('narrow', { request: request({ cpuMilli: 1000 }) })
    expect(started(bench.ran('a'))).toEqual(['narrow'])
  })

  test('says when the queue takes no more', () => {
    const bench = new Bench(capacity({ slots: 0 }), { queueMax: 2 })
    bench.take('a')
    expect(bench.host.queueFull).toBe(false)
    bench.take('b')
    expect(bench.host.queueFull).toBe(true)
  })

  test('is never overcommitted and every run ends exactly once, in any order of events', () => {
    const ids = ['a', 'b', 'c', 'd', 'e']
    const event = fc.record({
      type: fc.constantFrom(...happenings),
      id: fc.constantFrom(...ids),
      slots: fc.nat({ max: 3 }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const bench = new Bench(capacity({ slots: 2 }))
        const here = new Set<string>()
        const executing = new Set<string>()
        const reserved = new Set<string>()
        for (const { type, id, slots } of events) {
          const effects =
            (type === 'take' && here.has(id)) || (type === 'ran' && !executing.has(id))
              ? []
              : happen(bench, type, id, slots)
          if (type === 'take') here.add(id)
          if (type === 'reserve') reserved.add(id)
          if (type === 'release') reserved.delete(id)
          for (const effect of effects) {
            if (effect.type === 'run') {
              executing.add(effect.record.id)
              // What was reserved before the host shrank stays reserved.
              if (!reserved.delete(effect.record.id)) expect(bench.host.free.slots).toBeGreaterThanOrEqual(0)
            }
            if (effect.type !== 'ended' && effect.type !== 'dropped') continue
            expect(here.delete(effect.task)).toBe(true)
            expect(executing.delete(effect.task)).toBe(effect.type === 'ended')
          }
          expect([bench.host.running, bench.host.running + bench.host.queued]).toEqual([executing.size, here.size])
        }
      }),
      { numRuns: 200 },
    )
  })
})

const happenings = ['take', 'running', 'ran', 'halt', 'reserve', 'release', 'capacity', 'wake'] as const

function happen(bench: Bench, type: (typeof happenings)[number], task: string, slots: number): HostEffect[] {
  const need = request({ slots: Math.max(1, slots) })
  switch (type) {
    case 'take':
      return bench.take(task, { request: need, timeoutMs: slots * 10 })
    case 'reserve':
      return bench.step({ type, task, tenant: 'tenant', request: need })
    case 'release':
      return bench.step({ type, task })
    case 'capacity':
      return bench.step({ type, capacity: capacity({ slots }) })
    case 'wake':
      return bench.at(bench.now + slots * 5).step({ type })
    default:
      return bench[type](task)
  }
}

describe('live output', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)
  const piece = (text: string, offset: number, stream: 'stdout' | 'stderr' = 'stdout') => ({
    stream,
    offset,
    data: bytes(text),
  })

  test('is kept while the run lasts, from where the reader is', () => {
    const bench = new Bench(capacity())
    bench.take('a')
    expect(bench.host.outputOf('a', 0, 0)).toEqual([])
    bench.step({ type: 'output', task: 'a', ballot: ballot(), ...piece('ab', 0) })
    bench.step({ type: 'output', task: 'a', ballot: ballot(), ...piece('e', 0, 'stderr') })
    bench.step({ type: 'output', task: 'a', ballot: ballot(), ...piece('cd', 2) })
    bench.step({ type: 'output', task: 'a', ballot: ballot(2), ...piece('??', 4) })
    expect(bench.host.outputOf('a', 2, 0)).toEqual([piece('e', 0, 'stderr'), piece('cd', 2)])
    bench.ran('a')
    expect(bench.host.outputOf('a', 0, 0)).toBeUndefined()
  })

  test('is a ring: the oldest pieces go first, the newest always stays', () => {
    const tail = new OutputTail(5)
    tail.push(piece('abc', 0))
    tail.push(piece('de', 3))
    expect(tail.from(0, 0)).toHaveLength(2)
    tail.push(piece('f', 5))
    expect(tail.from(0, 0)).toEqual([piece('de', 3), piece('f', 5)])
    tail.push(piece('0123456789', 6))
    expect(tail.from(0, 0)).toEqual([piece('0123456789', 6)])
  })

  test('is bounded by default', () => {
    expect(defaultHostConfig.outputTailBytesMax).toBeLessThanOrEqual(1024 * 1024)
  })
})

test('a run takes the alternative that it was given, says so in its order, and gives back just that', () => {
  const bench = new Bench(capacity({ cpuMilli: 4000 }))
  const before = structuredClone(bench.host.free)
  const alternatives = [request({ cpuMilli: 4000 })]
  expect(bench.take('a', { alternatives }, ballot(), 1)).toMatchObject([{ type: 'run', alternative: 1 }])
  expect(bench.host.free.cpuMilli).toBe(0)
  bench.running('a')
  expect(bench.ran('a')).toMatchObject([{ type: 'ended', alternative: 1 }])
  expect(bench.host.free).toEqual(before)
})

test('what is tied counts from when it is expected here until it has ended, or is not coming after all', () => {
  const bench = new Bench(capacity())
  const ties = { group: 'db' }
  bench.step({ type: 'reserve', task: 'a', tenant: '', request: request(), ties })
  expect(bench.host.ties).toEqual([ties])
  bench.take('a', ties)
  bench.running('a')
  expect(bench.host.ties).toEqual([ties])
  bench.ran('a')
  expect(bench.host.ties).toEqual([])
  bench.step({ type: 'reserve', task: 'b', tenant: '', request: request(), ties })
  bench.step({ type: 'release', task: 'b' })
  expect(bench.host.ties).toEqual([])
})
