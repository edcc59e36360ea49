import type { TraceEvent } from '@souk/peer'
import type { Message, Refusal } from '@souk/wire'
import { beforeEach, describe, expect, it } from 'vitest'
import { a, b, checkers, found, frame, setUp } from './checker-stand.ts'

beforeEach(setUp)

const terms = { count: 1, startMs: 0, finishMs: { p50: 0, p90: 0 }, fragMilli: 0, usedMilli: 0, priceMilli: 0 }
const bid: Message = { t: 'bid', lot: 1, terms: { ...terms, warm: false, loadSeq: 1 }, offeredMs: 0 }
const turnedAway = (over: Partial<Refusal> = {}): Message => {
  return { t: 'noBid', lot: 1, refusal: { code: 'reserved', never: false, etaMs: 9, detail: 'bid to others', ...over } }
}

describe('room that is held', () => {
  it('may keep others away shortly after a bid', () => {
    checkers.holds.onFrame(a, b, frame(bid), 100)
    checkers.holds.onFrame(a, b, frame(turnedAway()), 340)
    expect(found()).toEqual([])
  })

  it('is reported where no bid was made so shortly before', () => {
    checkers.holds.onFrame(a, b, frame(bid), 100)
    checkers.holds.onFrame(a, b, frame(turnedAway()), 400)
    checkers.holds.onFrame(b, a, frame(turnedAway()), 100)
    expect(found()).toEqual(['I7', 'I7'])
  })

  it('is reported where it is held for longer than the bound, or without an end', () => {
    checkers.holds.onFrame(a, b, frame(bid), 100)
    checkers.holds.onFrame(a, b, frame(turnedAway({ etaMs: 251 })), 101)
    checkers.holds.onFrame(a, b, frame(turnedAway({ never: true })), 101)
    expect(found()).toEqual(['I7', 'I7'])
  })

  const told = (what: 'reserved' | 'released' | 'expired', ms: number, lot = 1, asker = 'z'): void => {
    const event: TraceEvent = { type: `hold.${what}`, at: 0, asker, lot, ms }
    checkers.holds.onTrace(a, event, 100)
  }

  it('may be held for a few bids to one asker, until they are awarded or over', () => {
    for (const lot of [1, 2, 3, 4]) told('reserved', 250, lot)
    told('reserved', 250, 1, 'y')
    told('released', 10, 2)
    told('reserved', 250, 5)
    checkers.holds.onEnd([a, b], [], 350)
    expect(found()).toEqual([])
  })

  it.each([
    ['for longer than the bound', () => told('reserved', 251)],
    ['for too many bids to one asker', () => [1, 2, 3, 4, 5].map((lot) => told('reserved', 9, lot))],
    ['and given up twice', () => [told('reserved', 9), told('expired', 9), told('released', 9)]],
    ['for ever', () => [told('reserved', 9), checkers.holds.onEnd([a, b], [], 1_000)]],
  ])('is reported where it is held %s', (_, act) => {
    act()
    expect(found()).toEqual(['I7'])
  })

  it('is not that of the next life', () => {
    told('reserved', 9)
    checkers.holds.onStart(a)
    checkers.holds.onEnd([a, b], [], 1_000)
    expect(found()).toEqual([])
  })
})
