import { describe, expect, it } from 'vitest'
import { Hosted, waves } from './hosted.ts'

describe('demand of a class', () => {
  it('is counted by bucket: runs begun, the most at once, CPU time, memory and bytes of inputs and output', () => {
    const host = new Hosted()
    host.runs(3, { memoryBytes: 100, cpuMs: 40 })
    host.runs(2, { memoryBytes: 100, cpuMs: 40 })
    host.nextBucket()
    expect(host.report()).toBeUndefined()
    host.runs(3, { memoryBytes: 100, cpuMs: 40 })
    host.runs(2, { memoryBytes: 100, cpuMs: 40, inputBytes: 1000, outputBytes: 24 })
    host.nextBucket()
    host.nextBucket()
    expect(host.history('starts')).toEqual([5, 0])
    expect(host.history('workers')).toEqual([3, 0])
    expect(host.history('cpuMs')).toEqual([200, 0])
    expect(host.history('memoryBytes')).toEqual([300, 0])
    expect(host.history('networkBytes')).toEqual([2048, 0])
  })

  it('takes what runs for long into each bucket, and memory as measured where that is more', () => {
    const host = new Hosted()
    host.buckets([1, 1])
    host.step({ type: 'started', task: 'long', class: 'render', memoryBytes: 50, inputBytes: 0, work: undefined })
    host.nextBucket()
    host.step({
      type: 'measured',
      runs: [
        { task: 'long', memoryBytes: 70 },
        { task: 'unknown', memoryBytes: 1e6 },
      ],
    })
    host.nextBucket()
    host.step({ type: 'ended', task: 'long', cpuMs: 1, outputBytes: 0, warmUpMs: undefined })
    host.nextBucket()
    host.nextBucket()
    expect(host.history('workers')).toEqual([1, 1, 1, 1, 0])
    expect(host.history('memoryBytes')).toEqual([0, 50, 70, 50, 0])
  })

  it('is forecast once there are enough buckets, on all that was counted', () => {
    const host = new Hosted({ forecastAfter: 12 })
    host.buckets([8, 8, 8, 0, 0, 0, 0, 0])
    const workers = host.report()?.quantities.find(({ quantity }) => quantity === 'workers')
    expect(workers?.history.slice(0, 4)).toEqual([8, 8, 0, 0])
    host.buckets([0, 0, 0, 0, 0])
    expect(host.report()?.quantities[0]?.ahead[0]).toMatchObject({ ahead: 1, quantile: 8 })
  })

  it('is followed from its second bucket on, so that one-off classes push out nothing that was learned', () => {
    const host = new Hosted({ classesMax: 2 })
    host.buckets([1, 1])
    for (let i = 0; i < 50; i++) host.runs(1, { name: `once-${i}`, ms: 10 })
    host.nextBucket()
    expect(host.demand.snapshot()).toEqual({ classes: 1, fresh: 2, running: 0 })
    expect(host.report()).toBeDefined()
  })

  it('makes room for a new class by the one that is longest without a run, and forgets that on disk too', () => {
    const host = new Hosted({ classesMax: 2 })
    for (const name of ['a', 'b', 'c']) {
      for (let i = 0; i < 2; i++) {
        host.runs(1, { name })
        host.runs(1, { name: 'b' })
        host.nextBucket()
      }
    }
    expect(host.demand.report({ buckets: 1 }, host.now).map((each) => each.class)).toEqual(['b', 'c'])
    expect(host.of('write')).toEqual([{ type: 'write', key: 'demand/a', value: undefined }])
  })

  it('has gaps where nobody counted, and is not counted twice where the clock stands or goes back', () => {
    const host = new Hosted({ historyBuckets: 20 })
    host.buckets([1, 2, 3])
    host.now += 35_000
    host.step({ type: 'wake' })
    host.nextBucket()
    expect(host.history('starts')).toEqual([2, 3, 0, null, null, 0])
    const before = host.history('starts')
    host.now -= 60_000
    host.step({ type: 'wake' })
    host.step({ type: 'wake' })
    expect(host.history('starts')).toEqual(before)
    host.now += 600 * 86_400_000
    host.step({ type: 'wake' })
    host.nextBucket()
    expect(host.history('starts')).toHaveLength(20)
  })

  it('of many classes is learned a few at a time, all of them before the next bucket ends', () => {
    const host = new Hosted({ learnClassesMax: 2, learnGapMs: 50, forecastAfter: 1 })
    const names = ['a', 'b', 'c', 'd', 'e']
    const foretold = () => names.filter((name) => host.report(name)?.quantities[0]?.ahead.length).length
    for (let i = 0; i < 2; i++) {
      for (const name of names) host.runs(1, { name })
      host.nextBucket()
    }
    expect(foretold()).toBe(2)
    expect(host.demand.nextWakeup()).toBe(20_050)
    host.nextBucket()
    expect(foretold()).toBe(4)
    host.now = 30_000
    host.step({ type: 'wake' })
    expect(foretold()).toBe(5)
    host.step({ type: 'leave' })
    expect(host.of('write')).toHaveLength(5)
  })

  it('wakes nobody before there is a run', () => {
    const host = new Hosted()
    expect(host.demand.nextWakeup()).toBeUndefined()
    host.runs(1)
    expect(host.demand.nextWakeup()).toBe(10_000)
  })
})

describe('what was learned', () => {
  it('is written rarely, one class at a time, and when the peer leaves', () => {
    const host = new Hosted({ saveMs: 120_000 })
    for (let i = 0; i < 40; i++) {
      for (const name of ['a', 'b']) host.runs(1, { name })
      const before = host.effects.length
      host.nextBucket()
      expect(host.effects.slice(before).filter(({ type }) => type === 'write').length).toBeLessThanOrEqual(1)
    }
    expect(host.of('write').map(({ key }) => key)).toEqual([
      'demand/a',
      'demand/b',
      'demand/a',
      'demand/b',
      'demand/a',
      'demand/b',
    ])
    host.runs(1, { name: 'a' })
    host.nextBucket()
    const before = host.of('write').length
    host.step({ type: 'leave' })
    expect(
      host
        .of('write')
        .slice(before)
        .map(({ key }) => key)
        .sort(),
    ).toEqual(['demand/a', 'demand/b'])
  })

  it('goes on in the next life, with a gap in between', () => {
    const host = new Hosted()
    host.buckets(waves(3))
    host.step({ type: 'leave' })
    const stored = structuredClone(host.of('write')) as { key: string; value: unknown }[]
    const next = new Hosted({}, undefined, stored)
    next.demand.step({ type: 'start', wallMs: host.now + 30_000, stored }, 0, next.effects)
    next.nextBucket()
    const history = next.history('workers')
    expect(history?.slice(0, -4)).toEqual(host.history('workers'))
    expect(history?.slice(-4)).toEqual([null, null, null, 0])
    expect(next.report()?.quantities[0]?.ahead).toHaveLength(4)
  })

  it('is left out where it cannot be read', () => {
    const host = new Hosted()
    host.buckets(waves(2))
    host.step({ type: 'leave' })
    const [good] = host.of('write') as { key: string; value: object }[]
    const bad = [undefined, null, 7, [], {}, { ...good!.value, version: 1 }, { ...good!.value, bucketMs: 1 }]
    const worse = [
      { ...good!.value, series: [] },
      { ...good!.value, bucket: Number.NaN },
      { ...good!.value, name: 'other' },
    ]
    for (const value of [...bad, ...worse]) {
      expect(new Hosted({}, undefined, [{ key: good!.key, value }]).report()).toBeUndefined()
    }
    const halfGood = { ...good!.value, history: 'x', pool: { trial: { long: 1 }, gaps: [Number.NaN], mode: 'alive' } }
    expect(new Hosted({}, undefined, [{ key: good!.key, value: halfGood }]).report()?.warm.mode).toBe('shadow')
  })
})
