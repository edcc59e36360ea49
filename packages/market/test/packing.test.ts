import { copyVector, emptyRequest, type ResourceRequest, type ResourceVector, take } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { deviceSets } from '../src/device-sets.ts'
import { feedableMilli, strandedMilli, wantsOf } from '../src/fragmentation.ts'
import { defaultMarketConfig, Packing } from '../src/index.ts'
import { Local, offer, vector } from './fixtures.ts'

const gpuTask = (count: number, milli: number, cpuMilli = 1000): ResourceRequest => ({
  ...emptyRequest(),
  cpuMilli,
  gpu: { count, milli },
})
const plain = (cpuMilli: number): ResourceRequest => ({ ...emptyRequest(), cpuMilli })

/** A host with devices, and what it has seen of the tasks that come. */
function hostWith(capacity: Partial<ResourceVector>, seen: [ResourceRequest, number][], gpus = offer().gpus ?? []) {
  const local = new Local(offer({ capacity: vector({ slots: 100, cpuMilli: 64_000, ...capacity }), gpus }))
  const packing = new Packing(defaultMarketConfig, local)
  for (const [request, count] of seen) packing.learn(request, count)
  return { local, packing }
}

describe('how well a task suits a host', () => {
  test('a share goes to the device that is in use already, when whole ones are wanted', () => {
    const { local, packing } = hostWith({ gpuMilli: [1000, 1000] }, [
      [gpuTask(1, 1000), 5],
      [gpuTask(1, 300), 5],
    ])
    local.start(gpuTask(1, 300))
    expect(packing.fitting(gpuTask(1, 300))).toEqual({ fragMilli: -150, strandsMilli: -150, devices: [0] })
  })

  test('a task that fills a gap has less than no cost, one that breaks up a whole device has some', () => {
    const half = gpuTask(1, 500)
    const broken = hostWith({ gpuMilli: [500] }, [[gpuTask(1, 1000), 9]])
    expect(broken.packing.fitting(half)!.fragMilli).toBe(-500)
    const whole = hostWith({ gpuMilli: [1000] }, [[gpuTask(1, 1000), 9]])
    expect(whole.packing.fitting(half)!.fragMilli).toBe(500)
  })

  test('a task without GPUs costs as much as the devices that it leaves without CPU', () => {
    const mix: [ResourceRequest, number][] = [[gpuTask(1, 1000, 8000), 9]]
    const rich = hostWith({ cpuMilli: 64_000, gpuMilli: [1000, 1000] }, mix)
    const tight = hostWith({ cpuMilli: 16_000, gpuMilli: [1000, 1000] }, mix)
    expect(rich.packing.fitting(plain(4000))!.fragMilli).toBe(0)
    expect(tight.packing.fitting(plain(4000))!.fragMilli).toBe(1000)
  })

  test('devices of a kind that is wanted are kept for those who want them', () => {
    const gpus = [
      { model: 'A100', memoryBytes: 0, count: 1 },
      { model: 'T4', memoryBytes: 0, count: 1 },
    ]
    const picky = { ...gpuTask(1, 1000), gpu: { count: 1, milli: 1000, models: ['a100'] } }
    const { packing } = hostWith({ gpuMilli: [1000, 1000] }, [[picky, 9]], gpus)
    expect(packing.fitting(gpuTask(1, 1000))!.devices).toEqual([1])
    expect(packing.fitting(picky)!.devices).toEqual([0])
  })

  test('without devices it is what is left over of one resource beside the other that counts', () => {
    const both = { ...plain(1000), memoryBytes: 1000 }
    const { packing } = hostWith({ cpuMilli: 4000, memoryBytes: 4000 }, [[both, 9]])
    expect(packing.fitting(both)!.fragMilli).toBe(0)
    expect(packing.fitting(plain(1000))!.fragMilli).toBe(25)
    expect(packing.fitting({ ...plain(1000), memoryBytes: 4000 })!.fragMilli).toBe(75)
  })

  test('nothing is known before any task was seen, and what does not fit has no answer', () => {
    const { packing } = hostWith({ gpuMilli: [1000, 1000] }, [])
    expect(packing.fitting(gpuTask(1, 500))!.fragMilli).toBe(0)
    expect(packing.fitting(gpuTask(3, 500))).toBeUndefined()
  })

  test('an answer holds only for what is free, offered and seen', () => {
    const { local, packing } = hostWith({ gpuMilli: [1000] }, [[gpuTask(1, 1000), 9]])
    const half = gpuTask(1, 500)
    expect(packing.fitting(half)!.fragMilli).toBe(500)
    local.start(half)
    expect(packing.fitting(half)!.fragMilli).toBe(-500)
    packing.learn(half, 9)
    expect(packing.fitting(half)!.fragMilli).toBe(-250)
  })
})

const milli = fc.constantFrom(200, 300, 500, 1000)
const task = fc.record({ cpuMilli: fc.integer({ min: 1, max: 9 }), count: fc.integer({ min: 1, max: 3 }), milli })
const host = fc.record({
  cpuMilli: fc.nat({ max: 20 }),
  gpuMilli: fc.array(fc.constantFrom(0, 200, 300, 700, 1000), { maxLength: 6 }),
})
const free = ({ cpuMilli, gpuMilli }: { cpuMilli: number; gpuMilli: number[] }): ResourceVector =>
  vector({ cpuMilli, gpuMilli, slots: 1000 })

describe('what of the devices is stranded', () => {
  test('is all for a task that does not fit, never more than is idle, and never less than the devices too full for it', () => {
    fc.assert(
      fc.property(host, task, (has, { cpuMilli, count, milli }) => {
        const left = free(has)
        const request = gpuTask(count, milli, cpuMilli)
        const wants = wantsOf([{ request, count: 3 }], { capacity: left, gpus: [] })
        const stranded = strandedMilli(wants, feedableMilli(wants, left), left.gpuMilli)
        const idle = left.gpuMilli.reduce((sum, x) => sum + x, 0)
        const tooFull = left.gpuMilli.reduce((sum, x) => sum + (x < milli ? x : 0), 0)
        expect(stranded).toBeLessThanOrEqual(idle)
        expect(stranded).toBeGreaterThanOrEqual(tooFull)
        if (!take(copyVector(left), request)) expect(stranded).toBe(idle)
        // Where nothing else is short it is FGD's fragment to the thousandth.
        else if (cpuMilli * 6 * 5 <= has.cpuMilli) expect(stranded).toBe(tooFull)
      }),
      { numRuns: 500 },
    )
  })

  test('is never more after CPU came free', () => {
    fc.assert(
      fc.property(host, fc.array(task, { minLength: 1, maxLength: 4 }), fc.nat({ max: 9 }), (has, tasks, more) => {
        const demands = tasks.map((t) => ({ request: gpuTask(t.count, t.milli, t.cpuMilli), count: 1 }))
        const strandedOf = (left: ResourceVector) => {
          const wants = wantsOf(demands, { capacity: left, gpus: [] })
          return strandedMilli(wants, feedableMilli(wants, left), left.gpuMilli)
        }
        expect(strandedOf(free({ ...has, cpuMilli: has.cpuMilli + more }))).toBeLessThanOrEqual(strandedOf(free(has)))
      }),
    )
  })
})

test('every set of devices that is considered serves the request, and there is one exactly when it fits', () => {
  const gpus = fc.array(fc.record({ model: fc.constantFrom('A', 'B'), count: fc.integer({ min: 1, max: 3 }) }))
  const models = fc.constantFrom<string[]>([], ['a'], ['a', 'b'])
  fc.assert(
    fc.property(host, task, gpus, models, (has, { count, milli }, groups, named) => {
      const kinds = groups.map((group) => ({ ...group, memoryBytes: 0 }))
      const gpu = { count, milli, models: named }
      const left = vector({ gpuMilli: has.gpuMilli })
      const sets = deviceSets(has.gpuMilli, gpu, kinds)
      const request = { ...emptyRequest(), gpu }
      expect(sets.length > 0).toBe(take(copyVector(left), request, kinds) !== undefined)
      for (const set of sets) expect(take(copyVector(left), request, kinds, set)!.gpuDevices).toEqual(set)
    }),
    { numRuns: 500 },
  )
})
