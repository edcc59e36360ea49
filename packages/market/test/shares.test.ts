import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { assignShares } from '../src/assign.ts'
import { type Auction, decideClose } from '../src/auction.ts'
import { Lot } from '../src/lot.ts'
import { prng, shape, terms } from './fixtures.ts'

const sum = (list: { count: number }[]) => list.reduce((total, { count }) => total + count, 0)

describe('shares of a lot', () => {
  test('fill equal bidders evenly, by what they offer', () => {
    const bids = ['a', 'b'].map((peer) => ({ peer, count: 10, score: 0 }))
    expect(assignShares(bids, 10, 0.1, prng()).map(({ count }) => count)).toEqual([5, 5])
    const uneven = [
      { peer: 'a', count: 2, score: 0 },
      { peer: 'b', count: 8, score: 0 },
    ]
    const shares = new Map(assignShares(uneven, 5, 0.1, prng()).map(({ peer, count }) => [peer, count]))
    expect(shares.get('b')).toBe(4)
  })

  test('go to the best first and to it alone without spread', () => {
    const bids = [
      { peer: 'dear', count: 9, score: 0.05 },
      { peer: 'best', count: 3, score: 0 },
    ]
    expect(assignShares(bids, 4, 0, prng())).toEqual([
      { peer: 'best', count: 3 },
      { peer: 'dear', count: 1 },
    ])
  })

  test('leave out who offers nothing or gets nothing', () => {
    const bids = [
      { peer: 'none', count: 0, score: -9 },
      { peer: 'dear', count: 9, score: 9 },
      { peer: 'a', count: 1, score: 0 },
    ]
    expect(assignShares(bids, 1, 0.1, prng())).toEqual([{ peer: 'a', count: 1 }])
    expect(assignShares([], 3, 0.1, prng())).toEqual([])
  })

  test('break ties at random', () => {
    const bids = ['a', 'b'].map((peer) => ({ peer, count: 1, score: 0 }))
    const random = prng()
    const winners = new Set(Array.from({ length: 40 }, () => assignShares(bids, 1, 0.1, random)[0]!.peer))
    expect(winners).toEqual(new Set(['a', 'b']))
  })

  test('are together as many as there are tasks and offers, and no bidder gets more than it offered', () => {
    const bid = fc.record({ count: fc.nat({ max: 20 }), score: fc.double({ min: -2, max: 2, noNaN: true }) })
    fc.assert(
      fc.property(
        fc.array(bid, { maxLength: 12 }),
        fc.nat({ max: 60 }),
        fc.constantFrom(0, 0.1, 1),
        (list, n, spread) => {
          const bids = list.map((b, i) => ({ peer: `p${i}`, ...b }))
          const shares = assignShares(bids, n, spread, prng())
          expect(sum(shares)).toBe(Math.min(n, sum(bids)))
          for (const { peer, count } of shares) {
            expect(count).toBeGreaterThan(0)
            expect(count).toBeLessThanOrEqual(bids.find((b) => b.peer === peer)!.count)
          }
        },
      ),
      { numRuns: 200 },
    )
  })
})

describe('when an auction closes', () => {
  const auction = (over: Partial<Auction>): Auction => ({
    id: 1,
    round: 1,
    lotKey: 'k',
    startedMs: 0,
    closesMs: 20,
    extended: false,
    count: 4,
    candidates: 5,
    bidsEnough: 3,
    asked: new Set(['a', 'b', 'c', 'd', 'e']),
    bids: [],
    refused: [],
    filtered: [],
    ...over,
  })
  const bids = (counts: number[], startMs = 0) =>
    counts.map((count, i) => ({
      peer: `p${i}`,
      incarnation: 1,
      terms: terms({ count, startMs }),
      offeredMs: 0,
      afterMs: 1,
    }))
  const refused = (n: number) =>
    Array.from({ length: n }, (_, i) => ({
      peer: `r${i}`,
      refusal: { code: 'no-room' as const, never: false, detail: '' },
    }))

  test('is when everybody has answered, yes or no', () => {
    expect(decideClose(auction({ bids: bids([1]), refused: refused(4) }))).toBe('all-in')
    expect(decideClose(auction({ bids: bids([1]), refused: refused(3) }))).toBeUndefined()
  })

  test('is when enough bids without wait cover the lot', () => {
    expect(decideClose(auction({ bids: bids([2, 1, 1]) }))).toBe('good-enough')
    expect(decideClose(auction({ bids: bids([1, 1, 1]) }))).toBeUndefined()
    expect(decideClose(auction({ bids: bids([2, 2]) }))).toBeUndefined()
    expect(decideClose(auction({ bids: bids([2, 2, 2], 5) }))).toBeUndefined()
    expect(decideClose(auction({ bids: bids([2, 2, 2]), bidsEnough: Number.POSITIVE_INFINITY }))).toBeUndefined()
  })
})

describe('the order within a lot', () => {
  const lot = (tasks: [string, 'critical' | 'high' | 'medium' | 'low', number][]) => {
    const lot = new Lot('k', shape())
    for (const [task, priority, sinceMs] of tasks) {
      lot.add({ task, priority, sinceMs, dueWallMs: undefined, failIfUnplaceable: false, told: '' })
    }
    return lot
  }
  const order = (l: Lot, now: number) => l.take(9, now, 1_000).map(({ task }) => task)

  test('is priority, then age', () => {
    const l = lot([
      ['low', 'low', 0],
      ['m1', 'medium', 1],
      ['m2', 'medium', 2],
      ['high', 'high', 3],
    ])
    expect(l.first()?.task).toBe('high')
    expect(l.rank(3, 1_000)).toMatchObject({ level: 1, sinceMs: 3 })
    expect(order(l, 3)).toEqual(['high', 'm1', 'm2', 'low'])
    expect([l.size, l.rank(3, 1_000)]).toEqual([0, undefined])
  })

  test('lets what waits long rise', () => {
    const l = lot([
      ['old', 'low', 0],
      ['new', 'medium', 2_900],
    ])
    expect(l.rank(3_000, 1_000)).toMatchObject({ level: 0, sinceMs: 0 })
    expect(order(l, 3_000)).toEqual(['old', 'new'])
  })

  test('forgets what was withdrawn', () => {
    const l = lot([
      ['a', 'low', 0],
      ['b', 'low', 0],
    ])
    expect([l.remove('a'), l.remove('a'), l.size]).toEqual([true, false, 1])
    expect(order(l, 0)).toEqual(['b'])
  })
})
