import type { MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Booth } from './booth.ts'
import { offer, shape, vector } from './fixtures.ts'

/** A host with two slots, a round trip of 10 ms from everybody. */
class Hosting extends Booth {
  constructor() {
    super(offer({ capacity: vector({ slots: 2 }) }))
    this.members.rtt = 10
  }

  /** What that peer is answered for one such task. */
  asks(from: string, { p90 = 0, name = 'noop' } = {}): MessageOf<'bid' | 'noBid'> {
    const expected = { expectedMs: Math.floor(p90 / 2), expectedMsP90: p90 }
    const message = {
      t: 'quote' as const,
      lot: 5,
      shape: shape({ class: name }),
      count: 1,
      priority: 'medium' as const,
    }
    const [effect] = this.step({ type: 'asked', from, message: { ...message, ...expected } })
    if (effect?.type !== 'send' || (effect.message.t !== 'bid' && effect.message.t !== 'noBid'))
      throw new Error('no answer')
    return effect.message
  }
}

describe('room that was bid for a long task', () => {
  test('is not bid to others while its asker may award it, and they hear why and for how long', () => {
    const hosting = new Hosting()
    const long = { p90: 1000 }
    expect([hosting.asks('a', long).t, hosting.asks('b', long).t]).toEqual(['bid', 'bid'])
    hosting.now = 4
    expect(hosting.asks('c', long)).toMatchObject({ t: 'noBid', refusal: { code: 'reserved', never: false, etaMs: 6 } })
    hosting.now = 9
    expect(hosting.asks('c', long).t).toBe('noBid')
    hosting.now = 10
    expect(hosting.asks('c', long).t).toBe('bid')
    expect(hosting.bidder.counters()).toMatchObject({ 'hold.made': 3, 'hold.turnedAway': 2 })
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
    const answers = ['a', 'b', 'c'].map((peer) => hosting.asks(peer, { p90: 199 }))
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
