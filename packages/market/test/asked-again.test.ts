import { expect, test } from 'vitest'
import { only } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

test('tasks that wait are given to whoever asks, also while others are asked for room again', () => {
  const stall = Stall.among('p', 'q')
  stall.wait(['a', 'b', 'c', 'd'])
  expect(stall.auctioneer.waiting).toBe(0)
  expect(only(stall.wanted('q', { count: 1 }), 'given')).toEqual([])
  stall.noBid('p')
  stall.noBid('q')
  expect(asked(stall.pass(stall.auctioneer.nextWakeup()! - stall.now))).toEqual(['p', 'q'])
  expect(stall.auctioneer.waiting).toBe(4)
  expect(only(stall.wanted('q', { count: 1 }), 'given')).toEqual([{ type: 'given', to: 'q', count: 1 }])
  stall.noBid('p', {}, stall.lot)
  expect(awards(stall.bid('q', { count: 4 }, stall.lot))).toEqual([['q', ['b', 'c', 'd']]])
})
