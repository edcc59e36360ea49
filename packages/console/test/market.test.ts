import {
  auctionsOf,
  drawnName,
  histogram,
  missesOf,
  placePeers,
  quantile,
  refusalsOf,
  type TraceEvent,
} from '@souk/console'
import { expect, test } from 'vitest'

const event = (type: string, more: object): TraceEvent => ({ type, wallMs: 1_000, ...more })

test('an auction is open until it closes; the newest comes first', () => {
  const auctions = auctionsOf([
    event('auction.asked', { lot: 1, class: 'a', count: 2, asked: 3 }),
    event('auction.asked', { lot: 2, class: 'b', count: 1, asked: 3 }),
    event('auction.closed', { lot: 1, bids: 3, awarded: 2, closed: 'all-in', tookMs: 4 }),
    event('auction.closed', { lot: 99, bids: 0, awarded: 0, closed: 'timeout', tookMs: 9 }),
  ])
  expect(auctions.map(({ lot, closed }) => [lot, closed?.bids])).toEqual([
    [2, undefined],
    [1, 3],
  ])
})

test('peers count their lots each for itself', () => {
  const auctions = auctionsOf([
    event('auction.asked', { by: 'A', lot: 1, class: 'a', count: 2, asked: 3 }),
    event('auction.asked', { by: 'B', lot: 1, class: 'b', count: 1, asked: 3 }),
    event('auction.closed', { by: 'A', lot: 1, bids: 3, awarded: 2, closed: 'all-in', tookMs: 4 }),
  ])
  expect(auctions.map(({ by, closed }) => [by, closed?.bids])).toEqual([
    ['B', undefined],
    ['A', 3],
  ])
})

test('times are counted by powers of two, without a gap', () => {
  expect(histogram([1, 1.5, 7])).toEqual([
    { below: 2, count: 2 },
    { below: 4, count: 0 },
    { below: 8, count: 1 },
  ])
  expect(histogram([])).toEqual([])
  expect(quantile([3, 1, 2], 0.5)).toBe(2)
  expect(quantile([], 0.5)).toBeUndefined()
})

test('what a bidder said is held against what came, where that same bidder ran it', () => {
  const decision = { predicted: { startMs: 0, finishMs: { p50: 100, p90: 200 } }, refusals: { 'no-room': 2 } }
  const events = [
    event('task.awarded', { task: 't1', to: 'P1', decision }),
    event('task.awarded', { task: 't2', to: 'P1', decision }),
    event('task.bounced', { task: 't2', code: 'no-room' }),
  ]
  const ended = new Map([
    ['t1', { endedWallMs: 1_150, host: 'P1' }],
    ['t2', { endedWallMs: 1_150, host: 'P2' }],
  ])
  expect(missesOf(events, ended)).toEqual([{ task: 't1', host: 'P1', promisedMs: 100, tookMs: 150 }])
  expect(refusalsOf(events)).toEqual([{ code: 'no-room', count: 5 }])
})

test('the asked peer is in the middle, and a longer round trip is farther away', () => {
  const peers = [
    { id: 'self', self: true },
    { id: 'near', self: false, rttMs: 0.3 },
    { id: 'far', self: false, rttMs: 200 },
  ]
  const places = placePeers(peers, 600, 400)
  const middle = places.get('self')!
  const distance = (id: string) => Math.hypot(places.get(id)!.x - middle.x, places.get(id)!.y - middle.y)
  expect([middle.x, middle.y]).toEqual([300, 200])
  expect([drawnName('birch'), drawnName('birch-with-a-long-name')]).toEqual(['birch', 'birch-with-a-lon…'])
  expect(distance('far')).toBeGreaterThan(distance('near'))
  const many = [peers[0]!, ...Array.from({ length: 200 }, (_, i) => ({ id: `p${i}`, self: false, rttMs: i }))]
  for (const { x, y, r } of placePeers(many, 600, 400).values()) {
    expect(x - r >= 0 && x + r <= 600 && y - r >= 0 && y + r <= 400).toBe(true)
  }
  // The name of the one at the lower edge stands below it: 17 px, and what hangs below its line.
  const four = [peers[0]!, ...[1, 2, 3, 200].map((rttMs, i) => ({ id: `p${i}`, self: false, rttMs }))]
  for (const { y, r } of placePeers(four, 600, 400).values()) expect(y + r + 22).toBeLessThanOrEqual(400)
  const lowest = placePeers(
    [peers[0]!, { id: 'a', self: false, rttMs: 1 }, { id: 'b', self: false, rttMs: 900 }],
    300,
    300,
  )
  for (const { y, r } of lowest.values()) expect(y + r + 22).toBeLessThanOrEqual(300)
})
