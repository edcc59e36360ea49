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
})
