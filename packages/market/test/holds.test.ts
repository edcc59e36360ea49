import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { BidderEffect, BidderInput } from '../src/index.ts'
import { Booth } from './booth.ts'
import { offer, only, shape, vector } from './fixtures.ts'

/** A host with two slots, and round trips of 10 ms to all peers. */
class Hosting extends Booth {
  /** what became of the holds */
  readonly holds: string[] = []

  constructor() {
    super(offer({ capacity: vector({ slots: 2 }) }))
    this.members.rtt = 10
  }

  /** The answer to a quote of that peer for one such task. */
  asks(from: string, { p90 = 0, name = 'noop' } = {}): MessageOf<'bid' | 'noBid'> {
    const expected = { expectedMs: Math.floor(p90 / 2), expectedMsP90: p90 }
    const message = {
      t: 'quote' as const,
      lot: 5,
      shape: shape({ class: name }),
      count: 1,
      priority: 'medium' as const,
    }
    const effects = this.#step({ type: 'asked', from, message: { ...message, ...expected } })
    const [answer] = only(effects, 'send')
    if (answer?.message.t !== 'bid' && answer?.message.t !== 'noBid') throw new Error('no answer')
    return answer.message
  }

  /** A task comes that was awarded by that bid, and takes a slot. */
  awarded(path: string[], bid: MessageOf<'bid' | 'noBid'>): void {
    if (bid.t !== 'bid') throw new Error('it was not bid')
    this.local.theFree.slots--
    this.#step({ type: 'awarded', path, offeredMs: bid.offeredMs })
  }

  /** The auction of that peer is over, and this host gets nothing. */
  over(from: string, lot = 5): void {
    this.#step({ type: 'over', from, lot })
  }

  /** Lets time pass until `ms`, waking the bidder when it is due. */
  until(ms: number): this {
    for (let due = this.bidder.nextWakeup(); due !== undefined && due <= ms; due = this.bidder.nextWakeup()) {
      this.now = due
      this.#step({ type: 'wake' })
    }
    this.now = ms
    return this
  }

  #step(input: BidderInput): BidderEffect[] {
    const effects = this.step(input)
    for (const { what, asker, ms } of only(effects, 'hold')) this.holds.push(`${this.now} ${what} ${asker} ${ms}`)
    return effects
  }
}

describe('room that was bid for a long task', () => {
  test('is not bid to others while its asker may award it, and they hear why and for how long', () => {
    const hosting = new Hosting()
    const long = { p90: 1000 }
    expect([hosting.asks('a', long).t, hosting.asks('b', long).t]).toEqual(['bid', 'bid'])
    hosting.now = 4
    expect(hosting.asks('c', long)).toMatchObject({
      t: 'noBid',
      refusal: { code: 'reserved', never: false, etaMs: 11 },
    })
    hosting.now = 14
    expect(hosting.asks('c', long).t).toBe('noBid')
    hosting.now = 15
    expect(hosting.asks('c', long).t).toBe('bid')
    expect(hosting.bidder.counters()).toMatchObject({ 'hold.turnedAway': 2 })
  })

  test('is told of: kept from others, come to its award, or given up', () => {
    const hosting = new Hosting()
    const bid = hosting.asks('a')
    hosting.until(3).asks('b')
    hosting.until(8).awarded(['a'], bid)
    hosting.until(100)
    expect(hosting.holds).toEqual(['0 reserved a 15', '3 reserved b 15', '8 released a 8', '18 expired b 15'])
    expect(hosting.bidder.nextWakeup()).toBeUndefined()
  })

  test('counts once: with its award it is in the ledger, and no longer held', () => {
    const hosting = new Hosting()
    hosting.awarded(['a'], hosting.asks('a'))
    expect(hosting.asks('b').t).toBe('bid')
    expect(hosting.asks('c').t).toBe('noBid')
  })

  test('is free for others as soon as its asker says that the auction went elsewhere', () => {
    const hosting = new Hosting()
    for (const peer of ['a', 'b']) hosting.asks(peer)
    hosting.now = 8
    hosting.over('c')
    hosting.over('a', 6)
    expect(hosting.asks('c').t).toBe('noBid')
    hosting.over('a')
    expect(hosting.asks('c').t).toBe('bid')
    hosting.until(100)
    expect(hosting.holds).toEqual([
      ...['0 reserved a 15', '0 reserved b 15', '8 released a 8', '8 reserved c 15'],
      ...['15 expired b 15', '23 expired c 15'],
    ])
  })

  test('is not given up by an award that another bid has brought, or that comes by way of others', () => {
    const hosting = new Hosting()
    const [first] = [hosting.asks('a'), hosting.until(1).asks('b')]
    hosting.awarded(['c', 'd'], first)
    expect(hosting.bidder.snapshot().holds).toHaveLength(2)
    hosting.awarded(['a', 'd'], first)
    expect(hosting.bidder.snapshot().holds).toMatchObject([{ asker: 'b' }])
  })

  test('is held where nobody knows how long such tasks run', () => {
    const hosting = new Hosting()
    expect(['a', 'b', 'c'].map((peer) => hosting.asks(peer).t)).toEqual(['bid', 'bid', 'noBid'])
  })

  test('is held no longer than a bound, however far its asker is', () => {
    const hosting = new Hosting()
    hosting.members.rtt = 10_000
    expect(['a', 'b', 'c'].map((peer) => hosting.asks(peer).t)).toEqual(['bid', 'bid', 'noBid'])
    hosting.now = 249
    expect(hosting.asks('c').t).toBe('noBid')
    hosting.now = 250
    expect(hosting.asks('c').t).toBe('bid')
  })

  test('is told to last no longer than that bound at whatever time, also where the sum of the two is rounded up', () => {
    const host = new Hosting()
    host.members.rtt = 1000
    host.now = 131_009.61728287708
    expect(host.now + 250 - host.now).toBeGreaterThan(250)
    for (const from of ['a', 'b']) host.asks(from)
    expect(host.asks('c')).toMatchObject({ t: 'noBid', refusal: { code: 'reserved', etaMs: 250 } })
  })

  test('is what there is: with more of it more are bid', () => {
    const hosting = new Hosting()
    expect([hosting.asks('a').t, hosting.asks('b').t, hosting.asks('c').t]).toEqual(['bid', 'bid', 'noBid'])
    hosting.local.theFree.slots++
    expect([hosting.asks('c').t, hosting.asks('d').t]).toEqual(['bid', 'noBid'])
  })

  test('is held for no more than a few bids to one asker', () => {
    const hosting = new Hosting()
    hosting.local.theFree.slots = 5
    const held = hosting.bidder.snapshot().holds
    expect(held).toEqual([])
    for (let i = 0; i < 9; i++) hosting.asks('greedy')
    expect(hosting.bidder.snapshot().holds).toHaveLength(4)
    expect(hosting.asks('other').t).toBe('bid')
  })
})

describe('room that was bid for a short task', () => {
  test('is bid to others as well, who hear of each other', () => {
    const hosting = new Hosting()
    const answers = ['a', 'b', 'c'].map((peer) => hosting.asks(peer, { p90: 149 }))
    expect(answers.map(({ t }) => t)).toEqual(['bid', 'bid', 'bid'])
    expect(answers[2]).toMatchObject({ terms: { racedMilli: 1000 } })
  })

  test('is for a task that is short by all that is known: here and by its asker', () => {
    const hosting = new Hosting()
    hosting.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 5 })
    for (const peer of ['a', 'b', 'c']) expect(hosting.asks(peer, { p90: 20 }).t).toBe('bid')
    hosting.now = 50
    expect(['a', 'b', 'c'].map((peer) => hosting.asks(peer, { p90: 500 }).t)).toEqual(['bid', 'bid', 'noBid'])
  })

  test('is not kept from it by what is held', () => {
    const hosting = new Hosting()
    for (const peer of ['a', 'b']) hosting.asks(peer, { p90: 1000, name: 'long' })
    expect(hosting.asks('c', { p90: 20, name: 'short' }).t).toBe('bid')
  })
})
