import { emptyRequest, emptyVector } from '@souk/kernel'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  compareWays,
  defaultRates,
  hostPerHour,
  type PricedRun,
  pricePerHour,
  type Spent,
  type SpentGroups,
  spentBy,
  spentInAll,
  spentOn,
} from '../src/index.ts'

const hour = 3_600_000
const run = (over: Partial<PricedRun> = {}): PricedRun => ({
  task: 't',
  class: 'c',
  tenant: '',
  peer: 'p',
  perHour: 2,
  ranMs: hour,
  earlierMs: 0,
  failed: false,
  usedShare: undefined,
  ...over,
})
/** Numbers as clocks, people and broken peers say them. */
const anyNumber = fc.oneof(fc.double(), fc.double({ min: 0, max: 1e9 }), fc.constantFrom(0, -1, 1e308, Number.NaN))
const anyRun: fc.Arbitrary<PricedRun> = fc.record({
  task: fc.string({ maxLength: 2 }),
  class: fc.constantFrom('a', 'b', 'c', 'd', ''),
  tenant: fc.constantFrom('', 'lab', 'desk'),
  peer: fc.constantFrom('', 'h0', 'h1'),
  perHour: anyNumber,
  ranMs: anyNumber,
  earlierMs: anyNumber,
  failed: fc.boolean(),
  usedShare: fc.option(anyNumber, { nil: undefined }),
})

const parts = (spent: Spent): number[] => [spent.hours, spent.cost, spent.unused, spent.failed, spent.repeated]
const close = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-9 * Math.max(1, Math.abs(a), Math.abs(b))

function sumOf({ groups, others }: SpentGroups): number[] {
  return [...groups, others].map(parts).reduce((sum, each) => sum.map((part, i) => part + each[i]!))
}

test('a run costs its time, waste is part of it, and no part is counted twice', () => {
  expect(spentOn(run({ usedShare: 0.25 }))).toEqual({
    tasks: 1,
    hours: 1,
    cost: 2,
    unused: 1.5,
    failed: 0,
    repeated: 0,
  })
  // What failed is waste as a whole, however much of it was used.
  expect(spentOn(run({ usedShare: 0.25, failed: true, earlierMs: hour / 2 }))).toMatchObject({
    cost: 3,
    unused: 0,
    failed: 2,
    repeated: 1,
  })
})

test('whatever is said of runs, costs are numbers, never negative, and waste is no more than the cost', () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 30 }), (runs) => {
      const total = spentInAll(runs)
      for (const part of parts(total)) expect(part >= 0 && Number.isFinite(part)).toBe(true)
      const waste = total.unused + total.failed + total.repeated
      expect(waste <= total.cost * (1 + 1e-9)).toBe(true)
    }),
  )
})

test('each way to group adds up to the whole, however few groups are told', () => {
  fc.assert(
    fc.property(fc.array(anyRun, { maxLength: 30 }), fc.integer({ min: 0, max: 5 }), (runs, groupsMax) => {
      const total = parts(spentInAll(runs))
      for (const name of ['class', 'tenant', 'peer', 'task'] as const) {
        const by = spentBy(runs, name, groupsMax)
        expect(by.groups.length).toBeLessThanOrEqual(groupsMax)
        expect(by.others.tasks + by.groups.reduce((sum, { tasks }) => sum + tasks, 0)).toBe(runs.length)
        for (const [i, part] of sumOf(by).entries()) expect(close(part, total[i]!)).toBe(true)
      }
    }),
  )
})

test('the dearest groups are told first', () => {
  const runs = [run({ class: 'a', perHour: 1 }), run({ class: 'b', perHour: 3 }), run({ class: 'c' })]
  const { groups, others } = spentBy(runs, 'class', 2)
  expect(groups.map(({ name }) => name)).toEqual(['b', 'c'])
  expect(others).toMatchObject({ tasks: 1, cost: 1 })
})

test('a host is paid for by its own price and the share that is taken, any other by its resources', () => {
  const request = { ...emptyRequest(), cpuMilli: 2000, memoryBytes: 4e9 }
  const host = { capacity: { ...emptyVector(), cpuMilli: 8000, memoryBytes: 8e9 }, priceMilli: 400 }
  expect(pricePerHour(request, defaultRates)).toBe(2)
  expect(pricePerHour(request, { cpu: 0.5, memory: 0.25, gpu: 9 })).toBe(2)
  // Half of its memory: more than its quarter of the CPUs.
  expect(pricePerHour(request, defaultRates, host)).toBeCloseTo(0.2)
  expect([hostPerHour(host, defaultRates), hostPerHour({ ...host, priceMilli: 0 }, defaultRates)]).toEqual([0.4, 8])
  const gpus = { ...emptyRequest(), gpu: { ...emptyRequest().gpu, count: 2, milli: 500 } }
  expect(pricePerHour(gpus, { cpu: 1, memory: 0, gpu: 3 })).toBe(3)
})

test('no rate and no request makes a price that is none', () => {
  fc.assert(
    fc.property(anyNumber, anyNumber, anyNumber, anyNumber, (cpu, memory, cpuMilli, priceMilli) => {
      const request = { ...emptyRequest(), cpuMilli, memoryBytes: 1e9 }
      const host = { capacity: { ...emptyVector(), cpuMilli: 1000 }, priceMilli }
      const prices = [
        pricePerHour(request, { cpu, memory, gpu: 0 }),
        pricePerHour(request, { cpu, memory, gpu: 0 }, host),
      ]
      for (const price of prices) expect(price >= 0 && Number.isFinite(price)).toBe(true)
    }),
  )
})

test('a burst now and then costs a fixed pool all the time between, and reactive scaling only a part of it', () => {
  const runs = [0, 1, 2].flatMap((burst) =>
    Array.from({ length: 20 }, (_, i) => ({ atMs: (burst * hour) / 2 + i, ranMs: 60_000, perHour: 1 })),
  )
  const { ran, reactive, fixed } = compareWays(runs, 2 * hour, 30_000)
  expect(ran).toBeCloseTo(1)
  expect(fixed).toMatchObject({ workers: 20, p95WaitMs: 0 })
  expect(fixed.cost).toBeCloseTo(40)
  expect(reactive.cost).toBeGreaterThan(ran)
  expect(reactive.cost).toBeLessThan(fixed.cost / 2)
  expect(reactive).toMatchObject({ p95WaitMs: 30_000, coldStarts: 60 })
})

test('no history makes a comparison that is no number, or cheaper than what ran within its time', () => {
  const perHour = fc.oneof(fc.double({ min: 0, max: 1e12, noNaN: true }), fc.constantFrom(0, 1, 1e12))
  const times = fc.record({ atMs: anyNumber, ranMs: anyNumber, perHour })
  fc.assert(
    fc.property(fc.array(times, { maxLength: 20 }), fc.integer({ min: 1, max: hour }), (runs, windowMs) => {
      const { ran, reactive, fixed } = compareWays(runs, windowMs, 30_000)
      const { p95WaitMs, cost, workers } = fixed
      for (const part of [ran, reactive.cost, reactive.p95WaitMs, p95WaitMs, cost, workers])
        expect(part >= 0 && Number.isFinite(part)).toBe(true)
      expect(reactive.cost >= ran * (1 - 1e-6) || ran < 1e-300).toBe(true)
    }),
  )
})
