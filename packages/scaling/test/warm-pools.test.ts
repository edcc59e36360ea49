import { describe, expect, it } from 'vitest'
import { Hosted, periodic, wave, waves } from './hosted.ts'

describe('warm workers', () => {
  it('are ordered ahead of a wave once forecasts have beaten keeping what was used last, and not before', () => {
    const host = new Hosted()
    host.buckets(waves(4))
    expect(host.report()?.warm).toMatchObject({ mode: 'shadow' })
    expect(host.of('warm')).toEqual([])
    host.buckets(waves(4))
    const [promoted] = host.of('promoted')
    expect(promoted?.figures.forecastCost).toBeLessThan(0.95 * promoted!.figures.lastUsedCost)
    const before = host.of('warm').length
    host.buckets(wave.slice(0, 8))
    const last = host.of('warm').slice(before).at(-1)
    expect(last?.order).toEqual({ class: 'render', work: { name: 'render' }, workers: 8 })
  })

  it('are let go after the wave, not at once', () => {
    const host = new Hosted()
    host.buckets([...waves(9)])
    const targets = Array.from({ length: 12 }, (_, i) => {
      host.buckets([wave[i]!])
      return host.report()?.warm.target
    })
    expect(targets).toEqual([8, 8, 8, 8, 1, 1, 1, 8, 8, 8, 8, 8])
  })

  it('are never ordered where what is used is always the same: nothing can be gained', () => {
    const host = new Hosted()
    host.buckets(Array.from({ length: 300 }, () => 4))
    expect(host.report()?.warm).toMatchObject({ mode: 'shadow', trial: { lastUsedCost: 0 } })
    expect(host.of('warm')).toEqual([])
  })

  it('are no longer ordered once forecasts cost more than keeping what was used last', () => {
    const host = new Hosted({}, periodic(12, 110))
    host.buckets(waves(9))
    expect(host.report()?.warm.mode).toBe('live')
    host.buckets(Array.from({ length: 100 }, () => 1))
    expect(host.report()?.warm.mode).toBe('shadow')
    const [demoted] = host.of('demoted')
    expect(demoted!.figures.forecastCost).toBeGreaterThan(1.05 * demoted!.figures.lastUsedCost)
    const before = host.of('warm').length
    host.buckets(waves(2))
    expect(host.of('warm')).toHaveLength(before)
  })

  it('are not ordered any more where the executor cannot warm them', () => {
    const host = new Hosted()
    host.buckets(waves(9))
    host.step({ type: 'warmed', class: 'render', workers: 0, tookMs: 0, code: 'cannot-warm' })
    const before = host.of('warm').length
    host.buckets(waves(4))
    expect(host.of('warm')).toHaveLength(before)
    expect(host.report()?.warm).toMatchObject({ mode: 'shadow', executorCode: 'cannot-warm' })
  })

  it('that do not get warm are told with why, and whether that is known already', () => {
    const host = new Hosted()
    host.buckets(waves(9))
    const failed = (detail: string) =>
      host.step({ type: 'warmed', class: 'render', workers: 0, tookMs: 0, code: 'warm-failed', detail })
    for (const detail of ['it ended with 3', 'it ended with 3', 'it ended with 4']) failed(detail)
    expect(host.of('warmed').map(({ detail, again }) => [detail, again])).toEqual([
      ['it ended with 3', undefined],
      ['it ended with 3', true],
      ['it ended with 4', undefined],
    ])
    expect(host.report()?.warm).toMatchObject({ executorCode: 'warm-failed', executorDetail: 'it ended with 4' })
    host.step({ type: 'warmed', class: 'render', workers: 3, tookMs: 5 })
    expect(host.report()?.warm).toMatchObject({ executorCode: '', executorDetail: '' })
  })

  it.each([
    ['used 140.1 MB of 134.2 MB (peak)', 'used 1.2 GB of 134.2 MB (peak)', true],
    ['used 140.1 MB of 134.2 MB (peak)', 'used 134.2 MB of 134.2 MB (peak), and needed more', true],
    ['it had 17 processes of at most 16', 'it had 31 processes of at most 16', true],
    ['used 140.1 MB of 134.2 MB (peak)', 'used 140.1 MB of 67.1 MB (peak)', false],
    ['it had 17 processes of at most 16', 'it had 17 processes of at most 8', false],
    ['it ended with 127: python3.11: not found', 'it ended with 127: python3.12: not found', false],
    ['it ended with 1: cannot reach 10.0.0.1', 'it ended with 1: cannot reach 10.0.7.1', false],
  ])('that end for %s, then for %s: the same reason is %s', (first, then, same) => {
    const host = new Hosted()
    host.buckets([1, 1, 1])
    for (const detail of [first, then])
      host.step({ type: 'warmed', class: 'render', workers: 0, tookMs: 0, code: 'warm-lost', detail })
    expect(host.of('warmed').map(({ again = false }) => again)).toEqual([false, same])
  })

  it('are no more than there are places for, until that may have changed', () => {
    const host = new Hosted()
    host.buckets(waves(9))
    host.step({ type: 'warmed', class: 'render', workers: 3, tookMs: 0, code: 'slots-max' })
    const before = host.of('warm').length
    host.buckets(waves(4))
    const orders = host.of('warm').slice(before)
    expect(orders.length).toBeGreaterThan(0)
    expect(Math.max(...orders.map(({ order }) => order.workers))).toBe(3)
    // More agents may be there ten minutes later.
    host.buckets(waves(2))
    expect(host.of('warm').at(-1)?.order.workers).toBe(8)
    const small = new Hosted()
    small.slots = 2
    const targets = waves(12).map((count) => {
      small.buckets([count])
      return small.report()?.warm.target ?? 0
    })
    expect(Math.max(...targets)).toBe(2)
  })

  it('are to be enough as often as the costs that are declared for their class say', () => {
    const costs = { coldStart: 19, idleSlot: 1 }
    const host = new Hosted({ classCosts: [{ pattern: 'ren*', costs }] })
    for (const name of ['render', 'other']) host.runs(1, { name })
    host.nextBucket()
    for (const name of ['render', 'other']) host.runs(1, { name })
    host.nextBucket()
    expect(host.report('render')?.warm.tau).toBe(0.95)
    expect(host.report('other')?.warm.tau).toBe(0.9)
  })

  it('are ordered so much earlier as they take to get warm', () => {
    const host = new Hosted()
    host.runs(1, { warmUpMs: 22_000 })
    host.nextBucket()
    host.buckets(waves(1))
    expect(host.report()?.warm).toMatchObject({ ahead: 3, measured: true, warmUpMs: 22_000, coldStarts: 1 })
  })

  it('go on being ordered in the next life', () => {
    const host = new Hosted()
    host.buckets(waves(9))
    host.step({ type: 'leave' })
    const stored = host.of('write') as { key: string; value: unknown }[]
    const next = new Hosted({}, periodic(12), stored)
    next.demand.step({ type: 'start', wallMs: host.now, stored }, 0, next.effects)
    next.buckets(wave.slice(0, 8))
    expect(next.of('warm').at(-1)?.order).toMatchObject({ class: 'render', workers: 8 })
  })

  it('are not kept for ever in the next life where nothing comes any more', () => {
    const host = new Hosted()
    const rare = [0, 0, 0, 0, 0, 4]
    host.buckets(Array.from({ length: 20 }, () => rare).flat())
    expect(host.report()?.warm.mode).toBe('live')
    host.step({ type: 'leave' })
    const next = new Hosted({}, periodic(12), host.of('write') as { key: string; value: unknown }[])
    next.buckets(Array.from({ length: 30 }, () => 0))
    expect(next.report()?.warm).toMatchObject({ target: 0, code: 'idle' })
  })

  it('are free while fewer run than ran of late or were warmed, and cool down', () => {
    const host = new Hosted()
    host.buckets([2, 2])
    expect(host.demand.warmth('render')?.free).toBe(2)
    host.step({ type: 'started', task: 'x', class: 'render', memoryBytes: 0, inputBytes: 0, work: { name: 'render' } })
    expect(host.demand.warmth('render')?.free).toBe(1)
    host.step({ type: 'ended', task: 'x', cpuMs: 0, outputBytes: 0, warmUpMs: 0 })
    host.buckets([0, 0, 0])
    expect(host.demand.warmth('render')?.free).toBe(0)
    host.step({ type: 'warmed', class: 'render', workers: 3, tookMs: 40 })
    expect(host.demand.warmth('render')?.free).toBe(3)
    host.buckets([0, 0, 0, 0])
    expect(host.demand.warmth('render')?.free).toBe(0)
    expect(host.demand.warmth('unknown')).toBeUndefined()
  })
})

describe('bad input', () => {
  it('of any kind gives finite numbers within bounds', () => {
    const host = new Hosted()
    const odd = [Number.NaN, -1, Number.POSITIVE_INFINITY, 1e300]
    for (const value of odd) {
      for (let i = 0; i < 4; i++) {
        host.runs(1, { memoryBytes: value, cpuMs: value, warmUpMs: value })
        host.step({ type: 'measured', runs: [{ task: 'task-0', memoryBytes: value }] })
        host.step({ type: 'warmed', class: 'render', workers: 1, tookMs: value })
        host.nextBucket()
      }
    }
    const report = host.report()!
    for (const { history } of report.quantities) {
      expect(history.every((each) => each !== null && each >= 0 && each <= 1.1e15)).toBe(true)
    }
    expect(report.warm.warmUpMs).toBeLessThanOrEqual(3_600_000)
    expect(report.warm.ahead).toBeLessThanOrEqual(12)
  })

  it('such as a forecast of 1e9 or none at all orders no more than twice what was ever needed', () => {
    for (const foretold of [1e9, Number.NaN, Number.POSITIVE_INFINITY]) {
      const forecaster = {
        step() {},
        forecast: (ahead: number) => ({ ahead, point: 0, low: 0, high: 0, quantile: foretold, by: 'nobody' }),
        accuracy: () => [],
        save: () => undefined,
      }
      const host = new Hosted({}, { make: () => forecaster, restored: () => undefined })
      host.buckets(Array.from({ length: 80 }, () => 3))
      expect(host.report()?.warm.target).toBe(Number.isNaN(foretold) ? 0 : 6)
      expect(host.report()?.warm.mode).toBe('shadow')
    }
  })

  it('such as ends of runs that never began, or a wall clock that is none, changes nothing', () => {
    const host = new Hosted()
    host.demand.step({ type: 'start', wallMs: Number.NaN, stored: [{ key: 'task/x', value: 1 }] }, 0, host.effects)
    host.step({ type: 'ended', task: 'nobody', cpuMs: 1, outputBytes: 0, warmUpMs: 1 })
    host.step({ type: 'warmed', class: 'nobody', workers: 1, tookMs: 1 })
    expect(host.effects).toEqual([])
    host.buckets([1, 1, 1])
    expect(host.history('starts')).toEqual([1, 1])
  })
})

describe('processes that stand warm', () => {
  /** One bucket with so many runs of a command at once, for each. */
  const commands = (host: Hosted, counts: readonly number[]) => {
    for (const count of counts) {
      if (count > 0) host.runs(count, { process: true })
      host.nextBucket()
    }
  }
  const workers = (host: Hosted) => host.of('warm').map(({ order }) => order.workers)

  it('are as many as were used of late while forecasts are on trial, since none stays after its use', () => {
    const host = new Hosted({ warmProcesses: ['ren*'] })
    commands(host, [2, 3, 0, 0, 0, 0, 1, 1])
    expect(workers(host)).toEqual([3, 3, 3, 1, 1])
    expect(host.of('warm')[0]?.order.work).toEqual({ name: 'render', process: true })
    expect(host.report()?.warm).toMatchObject({ mode: 'shadow', ordered: host.of('target').at(-1)!.workers })
    expect(host.of('target').map(({ before, workers, code }) => [before, workers, code])).toEqual([
      [0, 3, 'last-used'],
      [3, 0, 'last-used'],
      [0, 1, 'last-used'],
    ])
  })

  it('are as many as forecasts say once those have proved cheaper, and more than there are slots never', () => {
    const host = new Hosted({ warmProcesses: ['*'] })
    host.slots = 6
    commands(host, waves(9))
    expect(host.report()?.warm.mode).toBe('live')
    expect(Math.max(...workers(host))).toBe(6)
  })

  it('count as free only as long as nobody has used them', () => {
    const host = new Hosted({ warmProcesses: ['render'] })
    commands(host, [2, 2])
    expect(host.demand.warmth('render')).toMatchObject({ free: 0 })
    host.step({ type: 'warmed', class: 'render', workers: 2, tookMs: 700 })
    expect(host.demand.warmth('render')).toEqual({ free: 2, coldMs: 700 })
    host.step({
      type: 'started',
      task: 'a',
      class: 'render',
      memoryBytes: 0,
      inputBytes: 0,
      work: { name: 'r', process: true },
    })
    expect(host.demand.warmth('render')).toMatchObject({ free: 1 })
  })

  it('are not free where runs that found none have ended: those had no process of theirs', () => {
    const host = new Hosted({ warmProcesses: ['render'] })
    commands(host, [2, 2])
    const work = { name: 'r', process: true as const }
    for (const task of ['a', 'b'])
      host.step({ type: 'started', task, class: 'render', memoryBytes: 0, inputBytes: 0, work })
    host.step({ type: 'warmed', class: 'render', workers: 2, tookMs: 0, code: 'warm-failed', detail: 'no licence' })
    expect(host.demand.warmth('render')).toMatchObject({ free: 0 })
    for (const task of ['a', 'b']) host.step({ type: 'ended', task, cpuMs: 1, outputBytes: 0, warmUpMs: undefined })
    expect(host.demand.warmth('render')).toMatchObject({ free: 0 })
  })

  it('are none of a class that this host has not declared, also where an earlier life had', () => {
    const host = new Hosted({ warmProcesses: ['other'] })
    commands(host, waves(9))
    expect(host.of('warm')).toEqual([])
    expect(host.demand.warmth('render')).toBeUndefined()
    const before = new Hosted({ warmProcesses: ['render'] })
    commands(before, waves(2))
    before.step({ type: 'leave' })
    const stored = structuredClone(before.of('write')) as { key: string; value: unknown }[]
    expect(new Hosted({ warmProcesses: ['render'] }, undefined, stored).demand.warmth('render')).toBeDefined()
    expect(new Hosted({}, undefined, stored).demand.warmth('render')).toBeUndefined()
  })

  it('are not ordered again where the executor has none', () => {
    const host = new Hosted({ warmProcesses: ['render'] })
    commands(host, [2, 2])
    host.step({ type: 'warmed', class: 'render', workers: 0, tookMs: 0, code: 'cannot-warm' })
    const before = workers(host).length
    commands(host, [2, 2, 2])
    expect(workers(host)).toHaveLength(before)
  })
})
