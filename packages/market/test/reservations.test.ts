import { emptyRequest } from '@souk/kernel'
import type { MessageOf, Shape, Ties } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import {
  defaultGangConfig,
  defaultMarketConfig,
  Packing,
  Reservations,
  type ReservationsEffect,
  type ReservationsInput,
} from '../src/index.ts'

const shape: Shape = {
  class: 'c',
  executor: 'function',
  function: '',
  request: { ...emptyRequest(), slots: 1 },
  labels: {},
}

/** A host with so many free slots, which does at once what it is told. */
class Desk {
  now = 0
  free: number
  readonly ties: Ties[] = []
  readonly packing: Packing
  readonly #holds = new Set<string>()
  readonly #machine: Reservations

  constructor(slots: number) {
    this.free = slots
    const local = {
      offer: () => ({ ...offer, capacity: { ...offer.capacity, slots } }),
      free: () => ({ ...offer.capacity, slots: this.free }),
      room: (_: unknown, limit: number) => Math.min(limit, this.free),
      queued: () => 0,
      promised: () => false,
      running: () => 0,
      work: () => [],
      ties: () => this.ties,
      quotas: () => undefined,
    }
    const members = { version: 1, candidates: () => [], candidate: () => undefined, rttP95: () => 10 }
    this.packing = new Packing(defaultMarketConfig, local)
    this.#machine = new Reservations(defaultGangConfig, { members, local, packing: this.packing })
  }

  step(input: ReservationsInput): ReservationsEffect[] {
    const out: ReservationsEffect[] = []
    this.#machine.step(input, this.now, out)
    for (const effect of out) {
      if (effect.type === 'hold') {
        this.free--
        this.#holds.add(effect.key)
      } else if (effect.type === 'free') {
        this.free++
        expect(this.#holds.delete(effect.key)).toBe(true)
      } else if (effect.type === 'assign') expect(this.#holds.delete(effect.key)).toBe(true)
    }
    return out
  }

  pass(ms: number): this {
    this.now += ms
    while ((this.#machine.nextWakeup() ?? Infinity) <= this.now) this.step({ type: 'wake' })
    return this
  }

  /** How many are kept, or why none. */
  reserve(
    gang: string,
    count: number,
    over: Partial<MessageOf<'reserve'>> = {},
    from = 'p1',
  ): number | string | undefined {
    const message = { t: 'reserve' as const, gang, round: 1, shape, count, patient: false, sinceWallMs: 0, ...over }
    const [answer] = this.step({ type: 'message', from, message }).flatMap((e) =>
      e.type === 'send' ? [e.message] : [],
    )
    return answer!.refusal?.code ?? answer!.count
  }

  get lacksRoom(): boolean {
    return this.#machine.lacksRoom
  }

  get kept(): unknown[] {
    return this.#machine.snapshot().reservations
  }
}

const offer = {
  capacity: { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 0, gpuMilli: [], custom: {} },
  labels: {},
  executors: ['function' as const],
  functions: [],
  draining: false,
  custody: true,
  priceMilli: 0,
  summary: '',
}

describe('room that is kept for a gang', () => {
  test('is what is free, and free again after three round trips, or as soon as its asker says so', () => {
    const desk = new Desk(3)
    expect(desk.reserve('g', 8)).toBe(3)
    expect(desk.reserve('h', 8)).toBe('no-room')
    expect(desk.pass(29).free).toBe(0)
    expect(desk.pass(1).free).toBe(3)
    expect(desk.reserve('g', 2)).toBe(2)
    desk.step({ type: 'message', from: 'p2', message: { t: 'unreserve', gang: 'g' } })
    expect(desk.free).toBe(1)
    desk.step({ type: 'message', from: 'p1', message: { t: 'unreserve', gang: 'g' } })
    expect(desk.free).toBe(3)
  })

  test('is each of its members’, as they come from its asker', () => {
    const desk = new Desk(2)
    desk.reserve('g', 2)
    const use = (task: string, from = 'p1') =>
      desk.step({ type: 'use', from, gang: 'g', task, shape }).map(({ type }) => type)
    expect(use('a', 'p2')).toEqual([])
    expect([use('a'), use('b'), use('c')]).toEqual([['assign'], ['assign'], []])
    expect(desk.kept).toEqual([])
    expect(desk.pass(1000).free).toBe(0)
  })

  test('is not for one that asks for something else than was kept', () => {
    const desk = new Desk(2)
    desk.reserve('g', 2)
    const large = { ...shape, request: { ...shape.request, cpuMilli: 64_000 } }
    expect(desk.step({ type: 'use', from: 'p1', gang: 'g', task: 'a', shape: large })).toEqual([])
    const others = { ...shape, tenant: 'somebody' }
    expect(desk.step({ type: 'use', from: 'p1', gang: 'g', task: 'a', shape: others })).toEqual([])
    expect(desk.kept).toMatchObject([{ count: 2 }])
  })

  test('is of the shape that its asker spoke of last', () => {
    const desk = new Desk(2)
    desk.reserve('g', 2)
    const free = { ...shape, class: 'other' }
    desk.reserve('g', 1, { shape: free })
    expect(desk.step({ type: 'use', from: 'p1', gang: 'g', task: 'a', shape })).toEqual([])
    desk.step({ type: 'message', from: 'p1', message: { t: 'unreserve', gang: 'g' } })
    expect(desk.free).toBe(2)
  })

  test('is one place where its members must be apart, and none beside what they must not meet', () => {
    const desk = new Desk(3)
    const apart = { ...shape, group: 'db', apart: [{ group: 'db', required: true }] }
    expect(desk.reserve('g', 3, { shape: apart })).toBe(1)
    desk.ties.push({ group: 'db' })
    expect(desk.reserve('h', 3, { shape: apart }, 'p2')).toBe('not-apart')
  })

  test('is bounded for each asker', () => {
    const desk = new Desk(64)
    const asked = Array.from({ length: 6 }, (_, i) => desk.reserve(`g${i}`, 1))
    expect(asked).toEqual([1, 1, 1, 1, 'rate-limited', 'rate-limited'])
    expect(desk.reserve('g9', 1, {}, 'p2')).toBe(1)
  })

  test('grows with what becomes free where the gang has waited for long, for as long as its asker says so', () => {
    const desk = new Desk(1)
    expect(desk.reserve('g', 3, { patient: true })).toBe(1)
    desk.free = 1
    desk.step({ type: 'changed' })
    expect(desk.free).toBe(0)
    expect(desk.pass(900).reserve('g', 3, { patient: true })).toBe(2)
    expect(desk.pass(999).free).toBe(0)
    expect(desk.pass(1).free).toBe(2)
  })

  test('lacks room as long as a patient gang could have more here than it has', () => {
    const desk = new Desk(2)
    desk.free = 1
    desk.reserve('g', 3)
    expect(desk.lacksRoom).toBe(false)
    desk.reserve('g', 3, { patient: true })
    expect(desk.lacksRoom).toBe(true)
    desk.free = 1
    desk.step({ type: 'changed' })
    // The third has no place here, however long it waits.
    expect(desk.lacksRoom).toBe(false)
    expect(desk.kept).toMatchObject([{ count: 2 }])
  })

  test('is the older one’s of two that have waited for long', () => {
    const desk = new Desk(2)
    expect(desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')).toBe(2)
    desk.reserve('old', 2, { patient: true, sinceWallMs: 5 })
    desk.step({ type: 'changed' })
    expect(desk.reserve('old', 2, { patient: true, sinceWallMs: 5 })).toBe(2)
    expect(desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')).toBe('no-room')
    expect(desk.kept).toMatchObject([{ gang: 'old', count: 2, patient: true }])
  })

  test('is not kept for ever by saying so again and again', () => {
    const desk = new Desk(1)
    for (let i = 0; i < 1_201; i++) expect(desk.pass(500).reserve('g', 2, { patient: true })).toBe(1)
    expect(desk.pass(500).reserve('g', 2, { patient: true })).toBe(1)
    expect(desk.pass(30).free).toBe(1)
  })
})

test('gangs count among what tasks ask for, each with all its members, once however often it asks', () => {
  const desk = new Desk(2)
  const total = () => desk.packing.snapshot().total
  desk.reserve('g', 8)
  desk.reserve('g', 8, { round: 2 })
  desk.reserve('h', 4, { shape: { ...shape, request: { ...shape.request, cpuMilli: 64_000 } } })
  expect(total()).toBe(8)
  desk.ties.push({ group: 'db' })
  expect(desk.reserve('i', 3, { shape: { ...shape, apart: [{ group: 'db', required: true }] } })).toBe('not-apart')
  expect(total()).toBe(11)
})
