import { emptyRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const names = (count: number, from = 0) => Array.from({ length: count }, (_, i) => `t${from + i}`)

describe('a bidder that offers more than its advert holds', () => {
  test('is believed as far as that, so its lie draws no more work than the truth', () => {
    const stall = Stall.among('liar', 'q')
    stall.wait(names(20))
    stall.bid('liar', { count: 1000 })
    const effects = stall.bid('q', { count: 4 })
    expect(awards(effects).map(([peer, tasks]) => [peer, tasks.length])).toEqual(
      expect.arrayContaining([
        ['liar', 4],
        ['q', 4],
      ]),
    )
  })

  test('again and again is left out for a while, each time for longer, and is asked again after it', () => {
    const stall = Stall.among('liar')
    const seen: unknown[] = []
    const lie = (i: number) => {
      stall.wait([`t${i}`])
      seen.push(...only(stall.bid('liar', { count: 1000 }), 'distrusted'))
      stall.pass(1000)
    }
    for (let i = 0; i < 3; i++) lie(i)
    expect(seen).toEqual([{ type: 'distrusted', peer: 'liar', code: 'lies', forMs: 10_000 }])
    const effects = stall.wait(['later'])
    const [waits] = only(effects, 'waits')
    expect(waits).toMatchObject({ code: 'no-room', decision: { refusals: { distrusted: 1 } } })
    expect(awards(stall.wanted('liar'))).toEqual([])
    expect(asked(stall.pass(8_900))).toEqual([])
    expect(asked(stall.pass(1_200))).toEqual(['liar'])
    stall.pass(1_000)
    stall.step({ type: 'withdrawn', task: 'later' })
    for (let i = 10; i < 13; i++) lie(i)
    expect(seen.at(-1)).toMatchObject({ forMs: 20_000 })
  })

  test('once, because its advert is on its way, is not held against it', () => {
    const stall = Stall.among('p')
    for (let i = 0; i < 10; i++) {
      stall.wait([`t${i}`])
      // All within one second.
      expect(only(stall.bid('p', { count: 1000 }), 'distrusted')).toEqual([])
    }
  })

  test('is told apart from one that is honest: whoever bids what it has is never left out', () => {
    const stall = Stall.among('p')
    for (let i = 0; i < 10; i++) {
      stall.wait([`t${i}`])
      expect(only(stall.bid('p', { count: 4 }), 'distrusted')).toEqual([])
      stall.pass(1000)
      stall.step({ type: 'message', from: 'p', message: { t: 'accept', tasks: [] } })
    }
  })
})

describe('a bidder that takes nothing of what it is given', () => {
  const offerAndAward = (stall: Stall, i: number) => {
    stall.wait([`t${i}`])
    const effects = only(stall.bid('p'), 'distrusted')
    stall.pass(1000)
    return effects
  }

  test('is left out after some seconds of it', () => {
    const stall = Stall.among('p')
    const rounds = names(10).map((_, i) => offerAndAward(stall, i))
    expect(rounds.flat()).toEqual([{ type: 'distrusted', peer: 'p', code: 'broken', forMs: 10_000 }])
    expect(rounds.findIndex((each) => each.length > 0)).toBe(9)
  })

  test('is not, when it accepts now and then: an award may bounce', () => {
    const stall = Stall.among('p')
    for (let i = 0; i < 30; i++) {
      expect(offerAndAward(stall, i)).toEqual([])
      if (i % 6 === 5) stall.step({ type: 'message', from: 'p', message: { t: 'accept', tasks: [] } })
    }
  })
})

test('a host that asks for work is given no more than fits into what its advert holds', () => {
  const stall = new Stall()
  stall.members.add('p', { offer: offer({ capacity: vector({ cpuMilli: 1000 }) }) })
  stall.wait(names(8), { request: { ...emptyRequest(), cpuMilli: 500 } })
  stall.noBid('p')
  const free = vector({ cpuMilli: 1_000_000, slots: 1000 })
  expect(awards(stall.wanted('p', { free, count: 100 })).flatMap(([, tasks]) => tasks)).toHaveLength(2)
})
