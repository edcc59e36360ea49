import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type Allocation,
  copiesThatFit,
  copyVector,
  emptyRequest,
  emptyVector,
  giveBack,
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
const request: fc.Arbitrary<ResourceRequest> = fc.record({
  cpuMilli: few,
  memoryBytes: few,
  diskBytes: few,
  networkMbps: few,
  slots: fc.nat({ max: 2 }),
  gpu: fc.record({ count: fc.nat({ max: 3 }), milli }),
  custom: custom(few),
})

const ask = (part: Partial<ResourceRequest>): ResourceRequest => ({ ...emptyRequest(), ...part })
const have = (part: Partial<ResourceVector>): ResourceVector => ({ ...emptyVector(), slots: 100, ...part })

test('what is taken and given back in any order leaves exactly what there was', () => {
  fc.assert(
    fc.property(vector(0), fc.array(fc.tuple(request, fc.nat()), { maxLength: 20 }), (start, requests) => {
      const free = copyVector(start)
      const held: Allocation[] = []
      for (const [wanted, order] of requests) {
        const allocation = take(free, wanted)
        if (allocation) held.push(allocation)
        if (held.length > 0 && order % 3 === 0) giveBack(free, held.splice(order % held.length, 1)[0]!)
        for (const amount of [free.cpuMilli, free.memoryBytes, free.slots, ...free.gpuMilli]) {
          expect(amount).toBeGreaterThanOrEqual(0)
        }
      }
      for (const allocation of held.reverse()) giveBack(free, allocation)
      expect(free).toEqual(start)
    }),
    { numRuns: 300 },
  )
})

test('a request is taken exactly when nothing is short, and else nothing changes', () => {
  fc.assert(
    fc.property(vector(-5), request, (start, wanted) => {
      const free = copyVector(start)
      const short = shortage(free, wanted)
      const allocation = take(free, wanted)
      expect(allocation === undefined).toBe(short !== undefined)
      if (short) {
        expect(short.needed).toBeGreaterThan(short.available)
        expect(free).toEqual(start)
      } else {
        expect(allocation!.gpuDevices).toHaveLength(wanted.gpu.count)
        expect(new Set(allocation!.gpuDevices).size).toBe(wanted.gpu.count)
      }
    }),
    { numRuns: 300 },
  )
})

test('as many copies fit as can be taken one after the other', () => {
  fc.assert(
    fc.property(vector(-5), request, fc.nat({ max: 30 }), (start, wanted, limit) => {
      const free = copyVector(start)
      let taken = 0
      while (taken < limit && take(free, wanted)) taken++
      expect(copiesThatFit(start, wanted, limit)).toBe(taken)
    }),
    { numRuns: 1000 },
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

test('a copy shares nothing with its original', () => {
  const original = have({ gpuMilli: [1000], custom: { licence: 2 } })
  const copy = copyVector(original)
  take(copy, ask({ gpu: { count: 1, milli: 1000 }, custom: { licence: 1 } }))
  expect(original).toEqual(have({ gpuMilli: [1000], custom: { licence: 2 } }))
})
