import {
  copyVector,
  type GpuGroup,
  type GpuRequest,
  giveBack,
  type ResourceRequest,
  type ResourceVector,
  shortage,
} from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Ledger } from '../src/ledger.ts'
import { capacity, request } from './fixtures.ts'

const scalars = ['cpuMilli', 'memoryBytes', 'diskBytes', 'networkMbps', 'slots'] as const

/** What is taken of each resource and device, counted apart from the ledger. */
class Taken {
  readonly #byKey = new Map<string, { request: ResourceRequest; gpuDevices: number[] }>()

  set(key: string, request: ResourceRequest, gpuDevices: number[]): void {
    this.#byKey.set(key, { request, gpuDevices })
  }
  delete(key: string): boolean {
    return this.#byKey.delete(key)
  }
  has(key: string): boolean {
    return this.#byKey.has(key)
  }
  of(name: (typeof scalars)[number]): number {
    return this.#sum(({ request }) => request[name])
  }
  licences(): number {
    return this.#sum(({ request }) => request.custom.licence ?? 0)
  }
  device(index: number): number {
    return this.#sum(({ request, gpuDevices }) => (gpuDevices.includes(index) ? request.gpu.milli : 0))
  }
  #sum(of: (taken: { request: ResourceRequest; gpuDevices: number[] }) => number): number {
    return [...this.#byKey.values()].reduce((total, taken) => total + of(taken), 0)
  }
}

const totals = fc.record({
  cpuMilli: fc.nat({ max: 8 }),
  memoryBytes: fc.nat({ max: 8 }),
  slots: fc.nat({ max: 8 }),
  gpuMilli: fc.array(fc.constantFrom(500, 1000), { maxLength: 3 }),
  licence: fc.nat({ max: 4 }),
  // Of the devices some may be of no known kind, and groups may name more than there are.
  gpus: fc.array(
    fc.constantFrom({ model: 'Tesla T4', memoryBytes: 16, count: 1 }, { model: 'A100', memoryBytes: 80, count: 2 }),
    { maxLength: 2 },
  ),
})
const needs = fc.record({
  cpuMilli: fc.nat({ max: 4 }),
  memoryBytes: fc.nat({ max: 4 }),
  slots: fc.nat({ max: 2 }),
  gpu: fc.record(
    {
      count: fc.nat({ max: 2 }),
      milli: fc.constantFrom(100, 500, 1000),
      memoryBytes: fc.constantFrom(0, 16, 80),
      models: fc.subarray(['t4', 'a100']),
    },
    { requiredKeys: ['count', 'milli'] },
  ),
  licence: fc.nat({ max: 2 }),
})
const vectorOf = ({ licence, gpus: _, ...rest }: { licence: number; gpus: GpuGroup[] } & Partial<ResourceVector>) =>
  capacity({ ...rest, custom: { licence } })
/** Model and memory of one device, the slow way. */
const kindOf = (gpus: GpuGroup[], index: number) => gpus.flatMap((g) => new Array<GpuGroup>(g.count).fill(g))[index]
const isWanted = (kind: GpuGroup | undefined, { memoryBytes = 0, models = [] }: GpuRequest) =>
  (kind?.memoryBytes ?? 0) >= memoryBytes &&
  (models.length === 0 || models.some((model) => kind?.model.toLowerCase().includes(model)))
const requestOf = ({ licence, ...rest }: { licence: number } & Partial<ResourceRequest>) =>
  request({ ...rest, custom: { licence } })
const key = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const operation = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      type: fc.constant('take' as const),
      key,
      need: needs,
      // what the market would say, right or wrong
      devices: fc.option(fc.array(fc.nat({ max: 3 }), { maxLength: 2 }), { nil: undefined }),
    }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('give' as const), key }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resize' as const), total: totals }) },
)

describe('the ledger', () => {
  test('never grants what does not fit, whatever was taken, given back and resized before', () => {
    fc.assert(
      fc.property(totals, fc.array(operation, { maxLength: 40 }), (first, operations) => {
        const ledger = new Ledger()
        const taken = new Taken()
        let total = vectorOf(first)
        let { gpus } = first
        ledger.resize(total, gpus)
        for (const operation of operations) {
          if (operation.type === 'resize') {
            total = vectorOf(operation.total)
            gpus = operation.total.gpus
            ledger.resize(total, gpus)
          } else if (operation.type === 'give') {
            if (taken.delete(operation.key)) ledger.give(operation.key)
          } else if (!taken.has(operation.key)) {
            const need = requestOf(operation.need)
            const fits = shortage(ledger.free, need, gpus) === undefined
            expect(ledger.room(need, 1)).toBe(fits ? 1 : 0)
            const allocation = ledger.take(operation.key, need, operation.devices)
            expect(allocation !== undefined).toBe(fits)
            if (!allocation) continue
            taken.set(operation.key, need, allocation.gpuDevices)
            for (const name of scalars) if (need[name] > 0) expect(taken.of(name)).toBeLessThanOrEqual(total[name])
            if (operation.need.licence > 0) expect(taken.licences()).toBeLessThanOrEqual(total.custom.licence!)
            expect(new Set(allocation.gpuDevices).size).toBe(need.gpu.count)
            for (const index of allocation.gpuDevices) {
              expect(isWanted(kindOf(gpus, index), need.gpu)).toBe(true)
              expect(taken.device(index)).toBeLessThanOrEqual(total.gpuMilli[index]!)
            }
          }
          for (const name of scalars) expect(ledger.free[name]).toBe(total[name] - taken.of(name))
          expect(ledger.free.custom.licence).toBe(total.custom.licence! - taken.licences())
          expect(ledger.free.gpuMilli).toEqual(total.gpuMilli.map((milli, index) => milli - taken.device(index)))
        }
      }),
      { numRuns: 300 },
    )
  })

  test('fills devices up, so that whole ones stay free', () => {
    const ledger = new Ledger()
    ledger.resize(capacity({ slots: 4, gpuMilli: [1000, 1000] }))
    const half = request({ gpu: { count: 1, milli: 500 } })
    expect([ledger.take('a', half), ledger.take('b', half)].map((a) => a?.gpuDevices)).toEqual([[0], [0]])
    expect(ledger.take('c', request({ gpu: { count: 1, milli: 1000 } }))?.gpuDevices).toEqual([1])
    expect(ledger.take('d', request({ gpu: { count: 1, milli: 1 } }))).toBeUndefined()
  })

  test('gives devices of the model and memory that were asked for, and those named before', () => {
    const ledger = new Ledger()
    const gpus = [
      { model: 'T4', memoryBytes: 16, count: 2 },
      { model: 'A100', memoryBytes: 80, count: 2 },
    ]
    ledger.resize(capacity({ slots: 9, gpuMilli: [1000, 1000, 1000, 1000] }), gpus)
    const a100 = request({ gpu: { count: 1, milli: 500, models: ['a100'] } })
    expect(ledger.room(a100, 9)).toBe(4)
    expect(ledger.take('a', a100, [3])?.gpuDevices).toEqual([3])
    expect(ledger.take('b', a100, [0])?.gpuDevices).toEqual([3])
    expect(ledger.take('c', request({ gpu: { count: 2, milli: 1000, memoryBytes: 80 } }))).toBeUndefined()
    expect(ledger.never(request({ gpu: { count: 2, milli: 1000, memoryBytes: 80 } }))).toBeUndefined()
    expect(ledger.never(request({ gpu: { count: 3, milli: 1000, memoryBytes: 80 } }))?.resource).toBe('gpuMemoryBytes')
  })

  test('owes what was taken when it shrinks, and grants nothing until enough came back', () => {
    const ledger = new Ledger()
    ledger.resize(capacity({ slots: 3 }))
    for (const name of ['a', 'b', 'c']) ledger.take(name, request())
    ledger.resize(capacity({ slots: 2 }))
    expect(ledger.free.slots).toBe(-1)
    ledger.give('a')
    expect(ledger.take('d', request())).toBeUndefined()
    ledger.give('b')
    expect(ledger.take('d', request())).toBeDefined()
  })

  test('does not give back to a device that is gone', () => {
    const ledger = new Ledger()
    ledger.resize(capacity({ slots: 2, gpuMilli: [1000, 1000] }))
    ledger.take('a', request({ gpu: { count: 2, milli: 400 } }))
    ledger.resize(capacity({ slots: 2, gpuMilli: [1000] }))
    expect(ledger.free.gpuMilli).toEqual([600])
    ledger.give('a')
    expect(ledger.free.gpuMilli).toEqual([1000])
  })

  test('counts named resources through a resize', () => {
    const ledger = new Ledger()
    const one = request({ custom: { licence: 1 } })
    ledger.resize(capacity({ slots: 4, custom: { licence: 1 } }))
    ledger.take('a', one)
    ledger.resize(capacity({ slots: 4, custom: { licence: 1 } }))
    expect(ledger.take('b', one)).toBeUndefined()
    ledger.give('a')
    expect(ledger.take('b', one)).toBeDefined()
  })

  test('gives back exactly what it took', () => {
    const ledger = new Ledger()
    const total = capacity({ slots: 2, cpuMilli: 3000, gpuMilli: [1000], custom: { licence: 2 } })
    ledger.resize(total)
    const allocation = ledger.take(
      'a',
      request({ cpuMilli: 500, gpu: { count: 1, milli: 300 }, custom: { licence: 2 } }),
    )
    const after = copyVector(ledger.free)
    giveBack(after, allocation!)
    expect(after).toEqual(total)
    ledger.give('a')
    expect(ledger.free).toEqual(total)
  })
})
