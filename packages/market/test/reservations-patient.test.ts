import { describe, expect, test } from 'vitest'
import { Desk, said, shape } from './desk.ts'

describe('room that is kept for a gang that waits', () => {
  test('grows with what becomes free where the gang has waited for long, for as long as its asker says so', () => {
    const desk = new Desk(1)
    expect(desk.reserve('g', 3, { patient: true })).toBe(1)
    desk.free = 1
    desk.step({ type: 'changed' })
    expect(desk.free).toBe(0)
    expect(desk.pass(2_900).reserve('g', 3, { patient: true })).toBe(2)
    expect(desk.pass(2_999).free).toBe(0)
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
    // The third member never fits on this host of two slots.
    expect(desk.lacksRoom).toBe(false)
    expect(desk.kept).toMatchObject([{ count: 2 }])
  })

  test('is the older one’s of two that have waited for long', () => {
    const desk = new Desk(2)
    expect(desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')).toBe(2)
    desk.reserve('old', 2, { patient: true, sinceWallMs: 5 })
    desk.pass(30).step({ type: 'changed' })
    expect(desk.reserve('old', 2, { patient: true, sinceWallMs: 5 })).toBe(2)
    expect(desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')).toBe('no-room')
    expect(desk.kept).toMatchObject([{ gang: 'old', count: 2, patient: true }])
  })

  test('stays for a moment when an older one comes: its asker may be giving it to its members', () => {
    const desk = new Desk(2)
    desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')
    expect(desk.reserve('old', 2, { patient: true, sinceWallMs: 5 })).toBe('no-room')
    expect(desk.step({ type: 'use', from: 'p2', gang: 'young', task: 'a', shape })).toMatchObject([{ type: 'assign' }])
    // The younger gang had its room only until its bearer could award it, however often that asks.
    expect(desk.reserve('young', 2, { patient: true, sinceWallMs: 9 }, 'p2')).toBe('no-room')
    desk.step({ type: 'changed' })
    expect(desk.kept).toMatchObject([{ gang: 'old', count: 1, patient: true }])
  })

  test('is lent to what is over before the gang can start, and to nothing else', () => {
    const desk = new Desk(2)
    const borrow = (limitMs: number) => desk.step({ type: 'borrow', shape, limitMs }).map(({ type }) => type)
    desk.reserve('g', 2, { patient: true, startsInMs: 500 })
    // The gang's bearer was just told of its room and may be awarding it.
    expect(borrow(100)).toEqual([])
    desk.pass(30)
    expect([desk.lendable(400, 4), desk.lendable(471, 4), desk.lendable(0, 4)]).toEqual([2, 0, 0])
    expect(borrow(471)).toEqual([])
    expect(borrow(470)).toEqual(['free'])
    desk.free--
    expect(desk.reserve('short', 2, { limitMs: 470 }, 'p2')).toBe(1)
    expect(desk.reserve('long', 2, { limitMs: 471 }, 'p3')).toBe('no-room')
    expect(desk.kept).toMatchObject([
      { gang: 'g', count: 0 },
      { gang: 'short', count: 1 },
    ])
    desk.step({ type: 'message', from: 'p2', message: { t: 'unreserve', gang: 'short' } })
    desk.step({ type: 'changed' })
    expect(desk.kept).toMatchObject([{ gang: 'g', count: 1 }])
  })

  test('is kept for the oldest of those that wait: the others hear of it, and the next in line when that is over', () => {
    const desk = new Desk(2)
    const ask = (gang: string, sinceWallMs: number) => {
      const message = { t: 'reserve' as const, gang, round: 1, shape, count: 2, patient: true, sinceWallMs }
      return said(desk.step({ type: 'message', from: gang, message }))
    }
    const leaves = (gang: string) => desk.step({ type: 'message', from: gang, message: { t: 'unreserve', gang } })
    expect(ask('young', 9)).toEqual([['young', 'reserved', 2, undefined]])
    expect(ask('old', 5)).toEqual([
      ['young', 'freed', 2, true],
      ['old', 'reserved', 0, undefined],
    ])
    expect(ask('middle', 7)).toEqual([['middle', 'reserved', 0, true]])
    for (const gang of ['young', 'middle']) leaves(gang)
    const changed = () => {
      desk.step({ type: 'changed' })
      desk.now += 5
      return said(desk.step({ type: 'wake' }))
    }
    desk.free = 0
    expect(changed()).toEqual([])
    // Nothing is free: the only news is that no older gang is patient here.
    leaves('old')
    desk.free = 0
    expect(changed()).toEqual([['middle', 'freed', 0, undefined]])
    leaves('middle')
    expect(changed()).toEqual([['young', 'freed', 0, undefined]])
    leaves('young')
    expect(changed()).toEqual([])
  })

  test('beyond what a patient gang needs here is free again once its asker could have used it', () => {
    const desk = new Desk(3)
    const reserve = () => desk.reserve('g', 3, { patient: true, keep: 1 })
    expect(reserve()).toBe(3)
    expect(desk.pass(30).free).toBe(2)
    expect(desk.lacksRoom).toBe(false)
    desk.step({ type: 'changed' })
    expect(desk.pass(30).free).toBe(2)
    expect(reserve()).toBe(3)
    // Nothing is to be kept here for the gang between rounds, and still it is the patient one.
    expect(desk.reserve('g', 3, { patient: true, keep: 0, sinceWallMs: 5 })).toBe(3)
    expect(desk.pass(30).free).toBe(3)
    desk.free = 0
    const young = { t: 'reserve' as const, gang: 'h', round: 1, shape, count: 1, patient: true, sinceWallMs: 9 }
    expect(said(desk.step({ type: 'message', from: 'h', message: young }))).toEqual([['h', 'reserved', 0, true]])
  })

  test('is told of to who could borrow it', () => {
    const desk = new Desk(2)
    desk.reserve('g', 2, { patient: true, startsInMs: 500 })
    expect(desk.reserve('short', 2, { limitMs: 100 }, 'p2')).toBe('no-room')
    expect(desk.reserve('long', 2, { limitMs: 900 }, 'p3')).toBe('no-room')
    desk.now += 30
    const told = [desk.step({ type: 'wake' })]
    desk.now += 5
    told.push(desk.step({ type: 'wake' }))
    expect(said(told.flat())).toEqual([['short', 'freed', 2, true]])
  })

  test('is told of to who found too little, once it is there for a moment, and only of more', () => {
    const desk = new Desk(4)
    desk.free = 1
    const freed = () =>
      desk
        .step({ type: 'wake' })
        .flatMap((e) => (e.type === 'send' && e.message.t === 'freed' ? [e.message.count] : []))
    expect(desk.reserve('g', 3)).toBe(1)
    desk.step({ type: 'message', from: 'p1', message: { t: 'unreserve', gang: 'g' } })
    desk.free = 3
    desk.step({ type: 'changed' })
    expect(freed()).toEqual([])
    desk.now += 5
    expect(freed()).toEqual([3])
    desk.free = 2
    desk.step({ type: 'changed' })
    desk.now += 5
    expect(freed()).toEqual([])
  })

  test('is not kept for ever by saying so again and again', () => {
    const desk = new Desk(1)
    for (let i = 0; i < 1_201; i++) expect(desk.pass(500).reserve('g', 2, { patient: true })).toBe(1)
    expect(desk.pass(500).reserve('g', 2, { patient: true })).toBe(1)
    expect(desk.pass(30).free).toBe(1)
  })
})
