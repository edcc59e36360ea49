import { describe, expect, test } from 'vitest'
import type { AuctioneerEffect } from '../src/index.ts'
import { only } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

/** The `over` notices: receiver, auction, and how many tasks wait, if it says so. */
const told = (effects: AuctioneerEffect[]) =>
  only(effects, 'send').flatMap(({ to, message }) =>
    message.t === 'over' ? [[to, message.lot, ...(message.waiting === undefined ? [] : [message.waiting])]] : [],
  )

/** An auction of one task among these peers, with round trips of 10 ms. */
function auction(...peers: string[]): Stall {
  const stall = Stall.among(...peers)
  stall.members.rtt = 10
  stall.wait(['a'])
  return stall
}

describe('that an auction is over', () => {
  test('is told to who bid and was awarded nothing, and to nobody else', () => {
    const stall = auction('p', 'q', 'r', 's')
    stall.noBid('s')
    stall.bid('p', { fragMilli: 500 })
    stall.bid('q', { fragMilli: 0 })
    const effects = stall.bid('r', { fragMilli: 900 })
    expect(awards(effects)).toEqual([['q', ['a']]])
    expect(told(effects)).toEqual([
      ['p', 1],
      ['r', 1],
    ])
  })

  test('is told to whose bid comes too late for it', () => {
    const stall = auction('p', 'q', 'r', 's')
    for (const peer of ['p', 'q', 'r']) stall.bid(peer)
    expect(told(stall.bid('s', {}, 1))).toEqual([['s', 1]])
    expect(told(stall.noBid('s', {}, 1))).toEqual([])
  })

  test('is not told where its bidder holds no room: it expects such tasks to end soon', () => {
    const soon = { finishMs: { p50: 100, p90: 149 } }
    const stall = auction('p', 'q', 'r', 's')
    for (const peer of ['p', 'q']) stall.bid(peer, soon)
    expect(told(stall.bid('r', soon))).toEqual([])
    expect(told(stall.bid('s', soon, 1))).toEqual([])
    expect(told(stall.bid('s', { finishMs: { p50: 100, p90: 150 } }, 1))).toEqual([['s', 1]])
  })

  test('is told to who had no room, with what waits for whoever has some', () => {
    const stall = auction('p', 'q')
    stall.noBid('p')
    expect(told(stall.noBid('q'))).toEqual([
      ['p', 1, 1],
      ['q', 1, 1],
    ])
  })
})
