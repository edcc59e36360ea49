import { describe, expect, test } from 'vitest'
import { Desk, shape } from './desk.ts'

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

  test('is not of a host that could not take its members yet', () => {
    const desk = new Desk(3)
    desk.isUnsure = true
    expect(desk.reserve('g', 2)).toBe('unsure')
    expect(desk.reserve('few', 2, { fewKeep: true })).toBe(2)
    desk.step({ type: 'message', from: 'p1', message: { t: 'unreserve', gang: 'few' } })
    desk.isUnsure = false
    expect(desk.reserve('g', 2)).toBe(2)
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
