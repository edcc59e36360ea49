import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Allocation,
  copiesThatFit,
  copyVector,
  emptyRequest,
  emptyVector,
  type GpuGroup,
  type GpuRequest,
  giveBack,
  isModel,
  least,
  type ResourceRequest,
  type ResourceVector,
  shortage,
  take,
} from '../src/index.ts'

const small = fc.nat({ max: 40 })
// Names that every object inherits something under, beside plain ones.
const name = fc.constantFrom('licence', 'fpga', 'constructor', 'toString')
const custom = (amount: fc.Arbitrary<number>) => fc.dictionary(name, amount, { noNullPrototype: true })
const milli = fc.constantFrom(0, 250, 300, 500, 1000)

const vector = (low: number): fc.Arbitrary<ResourceVector> => {
  const amount = fc.integer({ min: low, max: 40 })
  return fc.record({
    cpuMilli: amount,
    memoryBytes: amount,
    diskBytes: amount,
    networkMbps: amount,
    slots: amount,
    gpuMilli: fc.array(fc.constantFrom(0, 200, 500, 750, 1000), { maxLength: 5 }),
    custom: custom(small),
  })
}

const few = fc.nat({ max: 5 })
const models = ['NVIDIA A100-SXM4-80GB', 'NVIDIA A10', 'Tesla T4', 'AMD Instinct MI300X']
const groups: fc.Arbitrary<GpuGroup[]> = fc.array(
  fc.record({
    model: fc.constantFrom(...models),
    memoryBytes: fc.constantFrom(0, 16, 80),
    count: fc.integer({ min: 1, max: 3 }),
  }),
  { maxLength: 3 },
)
const written = fc.constantFrom('a100', 'A10', 't4', 'mi300x', 'A100 80GB')
const gpu: fc.Arbitrary<GpuRequest> = fc.record(
  {
    count: fc.nat({ max: 3 }),
    milli,
    memoryBytes: fc.constantFrom(0, 16, 40),
    models: fc.array(written, { maxLength: 2 }),
  },
  { requiredKeys: ['count', 'milli'] },
)
const request: fc.Arbitrary<ResourceRequest> = fc.record({
  cpuMilli: few,
  memoryBytes: few,
  diskBytes: few,
  networkMbps: few,
  slots: fc.nat({ max: 2 }),
  gpu,
  custom: custom(few),
})

const ask = (part: Partial<ResourceRequest>): ResourceRequest => ({ ...emptyRequest(), ...part })
const have = (part: Partial<ResourceVector>): ResourceVector => ({ ...emptyVector(), slots: 100, ...part })

/** What the group list says of a device, the slow way. */
function kindOf(gpus: readonly GpuGroup[], index: number): GpuGroup | undefined {
  return gpus.flatMap((group) => new Array<GpuGroup>(group.count).fill(group))[index]
}

function isOfKind(gpus: readonly GpuGroup[], index: number, { memoryBytes = 0, models = [] }: GpuRequest): boolean {
  const kind = kindOf(gpus, index)
  if (memoryBytes > (kind?.memoryBytes ?? 0)) return false
  return models.length === 0 || models.some((model) => kind !== undefined && isModel(kind, model))
}

const amounts = (v: ResourceVector): number[] => [
  v.cpuMilli,
  v.memoryBytes,
  v.diskBytes,
  v.networkMbps,
  v.slots,
  ...v.gpuMilli,
  ...Object.values(v.custom),
]

test('what is taken and given back in any order leaves exactly what there was, and never less than nothing', () => {
  const steps = fc.array(fc.tuple(request, fc.nat()), { maxLength: 20 })
  fc.assert(
    fc.property(vector(0), groups, steps, (start, gpus, requests) => {
      const free = copyVector(start)
      const held: Allocation[] = []
      for (const [wanted, order] of requests) {
        const allocation = take(free, wanted, gpus)
        if (allocation) held.push(allocation)
        if (held.length > 0 && order % 3 === 0) giveBack(free, held.splice(order % held.length, 1)[0]!)
        for (const amount of amounts(free)) {
          expect(amount).toBeGreaterThanOrEqual(0)
          expect(Number.isInteger(amount)).toBe(true)
        }
        const takenOf = (index: number) =>
          held.reduce((sum, a) => sum + (a.gpuDevices.includes(index) ? a.request.gpu.milli : 0), 0)
        free.gpuMilli.forEach((left, index) => {
          expect(left + takenOf(index)).toBe(start.gpuMilli[index])
        })
      }
      for (const allocation of held.reverse()) giveBack(free, allocation)
      expect(free).toEqual(start)
    }),
    { numRuns: 300 },
  )
})

test('a request is taken exactly when nothing is short, from devices of its kind, and else nothing changes', () => {
  fc.assert(
    fc.property(vector(-5), groups, request, (start, gpus, wanted) => {
      const free = copyVector(start)
      const short = shortage(free, wanted, gpus)
      const allocation = take(free, wanted, gpus)
      expect(allocation === undefined).toBe(short !== undefined)
      if (short) {
        expect(short.needed).toBeGreaterThan(short.available)
        expect(free).toEqual(start)
      } else {
        expect(allocation!.gpuDevices).toHaveLength(wanted.gpu.count)
        expect(new Set(allocation!.gpuDevices).size).toBe(wanted.gpu.count)
        for (const index of allocation!.gpuDevices) expect(isOfKind(gpus, index, wanted.gpu)).toBe(true)
      }
    }),
    { numRuns: 500 },
  )
})

test('devices that were chosen before are taken only if they still serve, else others', () => {
  const chosen = fc.array(fc.nat({ max: 6 }), { maxLength: 3 })
  fc.assert(
    fc.property(vector(0), groups, request, chosen, (start, gpus, wanted, devices) => {
      const free = copyVector(start)
      const allocation = take(free, wanted, gpus, devices)
      expect(allocation === undefined).toBe(shortage(start, wanted, gpus) !== undefined)
      if (!allocation) return
      const right = (index: number) =>
        (start.gpuMilli[index] ?? -1) >= wanted.gpu.milli && isOfKind(gpus, index, wanted.gpu)
      const serve = new Set(devices).size === wanted.gpu.count && devices.length === wanted.gpu.count
      if (serve && devices.every(right)) expect(allocation.gpuDevices).toEqual(devices)
      for (const index of allocation.gpuDevices) expect(right(index)).toBe(true)
      for (const left of free.gpuMilli) expect(left).toBeGreaterThanOrEqual(0)
    }),
    { numRuns: 500 },
  )
})

test('as many copies fit as can be taken one after the other', () => {
  fc.assert(
    fc.property(vector(-5), groups, request, fc.nat({ max: 30 }), (start, gpus, wanted, limit) => {
      const free = copyVector(start)
      let taken = 0
      while (taken < limit && take(free, wanted, gpus)) taken++
      expect(copiesThatFit(start, wanted, limit, gpus)).toBe(taken)
    }),
    { numRuns: 1000 },
  )
})

test('whichever free devices are taken for one device or for whole ones, as many copies fit', () => {
  const wanted = request.filter(({ gpu: { count, milli: share } }) => count === 1 || share === 1000)
  fc.assert(
    fc.property(vector(0), groups, wanted, fc.infiniteStream(fc.nat()), (start, gpus, one, draws) => {
      const free = copyVector(start)
      let taken = 0
      for (; taken < 30; taken++) {
        const usable = free.gpuMilli
          .map((left, index) => ({ left, index, order: draws.next().value as number }))
          .filter(({ left, index }) => left >= one.gpu.milli && isOfKind(gpus, index, one.gpu))
          .sort((a, b) => a.order - b.order)
        const devices = usable.slice(0, one.gpu.count).map(({ index }) => index)
        if (!take(free, one, gpus, devices)) break
      }
      expect(copiesThatFit(start, one, 30, gpus)).toBe(taken)
    }),
    { numRuns: 300 },
  )
})

describe('devices', () => {
  test('shares of one device do not stand in for several devices', () => {
    const free = have({ gpuMilli: [1000, 0] })
    expect(copiesThatFit(free, ask({ gpu: { count: 2, milli: 250 } }), 10)).toBe(0)
    expect(copiesThatFit(free, ask({ gpu: { count: 1, milli: 250 } }), 10)).toBe(4)
  })

  test('a share goes to the fullest device that has it, so that whole devices stay free', () => {
    const free = have({ gpuMilli: [1000, 500, 300] })
    expect(take(free, ask({ gpu: { count: 1, milli: 400 } }))!.gpuDevices).toEqual([1])
    expect(free.gpuMilli).toEqual([1000, 100, 300])
  })

  test('devices without a share of them still have to exist', () => {
    const wanted = ask({ gpu: { count: 2, milli: 0 } })
    expect(copiesThatFit(have({ gpuMilli: [1000] }), wanted, 5)).toBe(0)
    expect(copiesThatFit(have({ gpuMilli: [1000, 0] }), wanted, 5)).toBe(5)
  })

  test('too few devices are reported as devices', () => {
    const short = shortage(have({ gpuMilli: [1000, 400] }), ask({ gpu: { count: 2, milli: 500 } }))
    expect(short).toEqual({ resource: 'gpu', available: 1, needed: 2 })
  })
})

test('a shortage says what was seen and what was needed', () => {
  expect(shortage(have({ memoryBytes: 10 }), ask({ memoryBytes: 11 }))).toEqual({
    resource: 'memoryBytes',
    available: 10,
    needed: 11,
  })
  expect(shortage(have({}), ask({ custom: { licence: 1 } }))).toEqual({ resource: 'licence', available: 0, needed: 1 })
})

test('a declared resource named like something every object inherits is still missing', () => {
  for (const inherited of ['constructor', 'toString', 'hasOwnProperty']) {
    const wanted = ask({ custom: { [inherited]: 1 } })
    expect(shortage(have({}), wanted)).toEqual({ resource: inherited, available: 0, needed: 1 })
    expect(copiesThatFit(have({}), wanted, 5)).toBe(0)
  }
})

test('what a task does not ask for never stops it, even where less than nothing is free', () => {
  const shrunk = have({ memoryBytes: -5 })
  expect(take(copyVector(shrunk), ask({ cpuMilli: 0 }))).toBeDefined()
  expect(copiesThatFit(shrunk, ask({ memoryBytes: 1 }), 5)).toBe(0)
})

test('what two vectors have in common fits into each of them, and is all that fits into both', () => {
  fc.assert(
    fc.property(vector(-5), vector(-5), request, (a, b, wanted) => {
      const both = least(a, b)
      const devices = Math.min(a.gpuMilli.length, b.gpuMilli.length)
      expect(both.gpuMilli).toEqual(a.gpuMilli.slice(0, devices).map((left, i) => Math.min(left, b.gpuMilli[i]!)))
      const one = { ...wanted, gpu: { count: 0, milli: 0 } }
      const shortOfOne = shortage(a, one) !== undefined || shortage(b, one) !== undefined
      expect(shortage(both, one) !== undefined).toBe(shortOfOne)
    }),
  )
})

test('a copy shares nothing with its original', () => {
  const original = have({ gpuMilli: [1000], custom: { licence: 2 } })
  const copy = copyVector(original)
  take(copy, ask({ gpu: { count: 1, milli: 1000 }, custom: { licence: 1 } }))
  expect(original).toEqual(have({ gpuMilli: [1000], custom: { licence: 2 } }))
})
