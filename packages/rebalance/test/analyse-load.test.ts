import { emptyRequest, emptyVector } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyseLoad, type HostLoad, type LoadFacts, type WaitingLot } from '../src/index.ts'
import { imbalanceOf } from '../src/load/imbalance.ts'

const nowMs = 1_000_000
const windowMs = 30_000
const gib = 2 ** 30

const run = (agoMs: number, lastedMs?: number, over = {}) => ({
  request: { ...emptyRequest(), ...over },
  fromMs: nowMs - agoMs,
  toMs: lastedMs === undefined ? undefined : nowMs - agoMs + lastedMs,
})

function host(peer: string, slots: number, runs: HostLoad['runs'] = [], over: Partial<HostLoad> = {}): HostLoad {
  const capacity = { ...emptyVector(), slots, cpuMilli: 1000 * slots, memoryBytes: gib }
  return { peer, capacity, draining: false, runs, ...over }
}

const lot = (count: number, over: Partial<WaitingLot> = {}): WaitingLot => ({
  bearer: 'a',
  class: 'work',
  count,
  request: emptyRequest(),
  bound: false,
  expectedMs: 1_000,
  able: ['a', 'b', 'c'],
  ...over,
})

const analyse = (hosts: HostLoad[], lots: WaitingLot[] = [], over: Partial<LoadFacts> = {}) =>
  analyseLoad({ nowMs, windowMs, hosts, lots, roundTripMs: 2, ...over })

describe('utilisation', () => {
  test('is what was promised to runs, as a part of the window and of what the host has', () => {
    const runs = [
      run(60_000),
      run(15_000, undefined, { memoryBytes: gib / 2 }),
      run(45_000, 20_000),
      run(90_000, 10_000),
    ]
    const [seen] = analyse([host('a', 4, runs)]).hosts
    const share = (name: string) => seen!.utilisation.find(({ resource }) => resource === name)
    // Of the window one run lasts for all, one for the second half, one for the first 5 s; one was over before.
    expect(share('slots')).toMatchObject({ capacity: 4, share: expect.closeTo((1 + 1 / 2 + 1 / 6) / 4) })
    expect(share('memoryBytes')!.share).toBeCloseTo(1 / 4)
    expect(seen).toMatchObject({ running: 2 })
  })
})

describe('imbalance', () => {
  test.each([
    ['even', [4, 4], 0, 1, 0],
    ['one idle', [8, 0], 1, 2, 0],
    ['as even as whole slots can be', [4, 3], 1 / 7, 8 / 7, 1 / 7],
    ['nothing runs', [0, 0], 0, 0, 0],
  ])('of two like hosts with runs that never end: %s', (_, used, cv, maxOverMean, cvFloor) => {
    const seen = imbalanceOf(used.map((each) => ({ used: each, slots: 8, whole: each })))
    expect(seen).toEqual({
      hosts: 2,
      cv: expect.closeTo(cv),
      maxOverMean: expect.closeTo(maxOverMean),
      cvFloor: expect.closeTo(cvFloor),
    })
  })

  test('counts hosts of different size by their shares, and leaves out those without slots', () => {
    const seen = imbalanceOf([
      { used: 2, slots: 4, whole: 2 },
      { used: 8, slots: 16, whole: 8 },
      { used: 0, slots: 0, whole: 0 },
    ])
    expect(seen).toMatchObject({ hosts: 2, cv: 0, cvFloor: 0 })
  })

  test('of short runs has no floor where they could make up for the long ones', () => {
    const seen = imbalanceOf([
      { used: 3, slots: 8, whole: 3 },
      { used: 5, slots: 8, whole: 2 },
    ])
    expect(seen).toMatchObject({ cv: expect.closeTo(0.25), cvFloor: expect.closeTo(0) })
    const few = imbalanceOf([
      { used: 3, slots: 8, whole: 3 },
      { used: 2.5, slots: 8, whole: 2 },
    ])
    expect(few.cvFloor).toBeCloseTo(few.cv)
  })

  test('of like hosts is never below its floor', () => {
    const use = fc.nat(8).chain((whole) => {
      const more = fc.double({ min: 0, max: 8 - whole, noNaN: true })
      return more.map((part) => ({ used: whole + part, slots: 8, whole }))
    })
    fc.assert(
      fc.property(fc.array(use, { minLength: 1, maxLength: 12 }), (all) => {
        const { cv, cvFloor } = imbalanceOf(all)
        expect(cv).toBeGreaterThanOrEqual(cvFloor - 1e-9)
      }),
    )
  })
})

describe('the bottleneck', () => {
  const full = (peer: string, over = {}) => host(peer, 1, [run(1_000, undefined, over)])

  test('is the resource that most of the waiting work lacks', () => {
    const seen = analyse(
      [full('a'), host('b', 8, [run(1_000, undefined, { memoryBytes: gib })])],
      [
        lot(3, { able: ['a'] }),
        lot(9, { class: 'large', request: { ...emptyRequest(), memoryBytes: gib / 2 }, able: ['b'] }),
      ],
    )
    expect(seen.bottlenecks).toEqual([
      { resource: 'memoryBytes', tasks: 9, share: 0.75, hosts: 1 },
      { resource: 'slots', tasks: 3, share: 0.25, hosts: 1 },
    ])
  })

  test('is also what all lack but a host that drains', () => {
    const seen = analyse([full('a'), host('b', 1, [], { draining: true })], [lot(2, { able: ['a', 'b'] })])
    expect(seen.bottlenecks).toMatchObject([{ resource: 'slots', tasks: 2, hosts: 1 }])
  })

  test('is none where a host has room, or where none could ever run it', () => {
    const seen = analyse([full('a'), host('b', 1)], [lot(1, { able: ['a', 'b'] }), lot(5, { able: [] })])
    expect(seen.bottlenecks).toEqual([])
  })
})

describe('the strategy', () => {
  const busy = (peer: string) => host(peer, 1, [run(1_000)])
  /** a host whose run is about to end */
  const ending = (peer: string) => host(peer, 1, [{ ...run(1_000), expectedMs: 1_001 }])
  const idle = (peer: string, slots = 1) => host(peer, slots)

  test.each([
    ['nothing waits', [idle('b')], [], 'none', 'nothing-waits'],
    ['a host has room', [busy('a'), idle('b')], [lot(4)], 'steal', 'idle-beside-waiting'],
    [
      'a host has room for what is queued at another',
      [busy('a'), idle('b')],
      [lot(4, { bound: true })],
      'shed',
      'idle-beside-queue',
    ],
    ['all are full', [busy('a'), busy('b')], [lot(4)], 'none', 'saturated'],
    [
      'it would be over before it has moved',
      [ending('a'), idle('b')],
      [lot(1, { expectedMs: 5 })],
      'none',
      'too-short',
    ],
    [
      'it is short, and waits for long',
      [busy('a'), idle('b')],
      [lot(4, { expectedMs: 5 })],
      'steal',
      'idle-beside-waiting',
    ],
    [
      'no host but one without memory has room',
      [busy('a'), host('b', 1, [], { pressed: true })],
      [lot(4)],
      'none',
      'saturated',
    ],
    [
      'its length is not known',
      [busy('a'), idle('b')],
      [lot(4, { expectedMs: undefined })],
      'steal',
      'idle-beside-waiting',
    ],
    ['nobody can run it', [idle('b')], [lot(4, { able: [] })], 'none', 'unplaceable'],
    ['its bearer drains', [host('a', 1, [], { draining: true }), busy('b')], [lot(4)], 'shed', 'drains'],
    [
      'only a host that drains has room',
      [busy('a'), host('b', 1, [], { draining: true })],
      [lot(4)],
      'none',
      'saturated',
    ],
  ] as const)('where %s', (_, hosts, lots, strategy, code) => {
    const seen = analyse([...hosts], [...lots])
    expect(seen.strategy).toMatchObject({ strategy, code })
    expect(seen.strategy.reason).not.toBe('')
  })
})

describe('opportunities', () => {
  test('name each task and each slot once, whoever has most room first', () => {
    const seen = analyse(
      [host('a', 1, [run(1)]), host('b', 2), host('c', 3)],
      [lot(4), lot(4, { class: 'other', bearer: 'b' })],
    )
    expect(seen.opportunities).toEqual([
      { class: 'work', from: 'a', to: 'c', count: 3, bound: false },
      { class: 'work', from: 'a', to: 'b', count: 1, bound: false },
      { class: 'other', from: 'b', to: 'b', count: 1, bound: false },
    ])
  })
})
