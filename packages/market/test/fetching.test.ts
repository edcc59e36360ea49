import { describe, expect, test } from 'vitest'
import type { AuctioneerEffect } from '../src/index.ts'
import { offer, only } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const mebi = 1024 * 1024

/** One input file of this size. */
const inputs = (sizeBytes: number) => ({
  inputs: [{ path: 'data', mode: 0o644, blob: { hash: 'a'.repeat(64), sizeBytes } }],
})
const large = inputs(64 * mebi)
/** A task that was submitted to p and has these custodians: all of them have its input. */
const kept = { origin: 'p', custodians: ['q', 'r', 's'] }
/** The fetch time of each bidder, by the decision. */
const fetches = (effects: AuctioneerEffect[]) =>
  Object.fromEntries(
    only(effects, 'award').flatMap(({ decision }) => decision.bids.map(({ peer, terms }) => [peer, terms.fetchMs])),
  )

describe('a task with much input', () => {
  test('goes to who has it, rather than to who would suit it a little better', () => {
    const stall = Stall.among('q', 't', 'u')
    stall.members.rates.set('u', 100_000)
    stall.waitFor('a', large, kept)
    stall.bid('t', { fragMilli: 0 })
    stall.bid('u', { fragMilli: 0 })
    const effects = stall.bid('q', { fragMilli: 500 })
    expect(awards(effects)).toEqual([['q', ['a']]])
    expect(fetches(effects)).toEqual({ q: undefined, t: 5369, u: 671 })
  })

  test('has whoever has it asked before others, however many there are', () => {
    const many = Array.from({ length: 100 }, (_, i) => `m${i}`)
    const stall = Stall.among(...many, 'q', 'r', 's')
    expect(asked(stall.waitFor('a', large, kept)).slice(0, 3)).toEqual(['q', 'r', 's'])
    expect(asked(stall.waitFor('b', inputs(mebi), kept)).slice(0, 3)).not.toEqual(['q', 'r', 's'])
  })

  test('is not kept here for being here, where others have its input and room; it is where they have none', () => {
    const stall = new Stall({ host: offer() })
    for (const peer of ['q', 't']) stall.members.add(peer)
    expect(only(stall.waitFor('a', large, kept), 'keep')).toEqual([])
    stall.bid('t')
    expect(awards(stall.bid('q'))).toEqual([['q', ['a']]])
    stall.waitFor('b', large, kept)
    stall.noBid('t')
    expect(only(stall.noBid('q'), 'keep')).toMatchObject([{ tasks: ['b'] }])
    // A task whose input this host has is kept without an auction.
    expect(only(stall.waitFor('c', large, { origin: 'self', custodians: ['q'] }), 'keep')).toMatchObject([
      { tasks: ['c'] },
    ])
  })

  test('waits for every answer: the first that has room may have to fetch it', () => {
    const stall = Stall.among('q', 't', 'u', 'v')
    stall.waitFor('a', large, kept)
    for (const peer of ['t', 'u', 'v']) expect(awards(stall.bid(peer))).toEqual([])
    expect(awards(stall.bid('q'))).toEqual([['q', ['a']]])
  })

  test('is not drawn by a bidder that says how soon it would have it', () => {
    const stall = Stall.among('q', 't')
    stall.waitFor('a', large, kept)
    stall.bid('t', { fetchMs: 0, fragMilli: 0 })
    const effects = stall.bid('q', { fetchMs: 9, fragMilli: 100 })
    expect(fetches(effects)).toEqual({ q: undefined, t: 5369 })
  })
})

describe('a host with room that asks where a task with much input waits', () => {
  /** A task waits with a bearer that could run it later itself; what `from` is given when it asks after `waitedMs`. */
  const given = (from: string, waitedMs: number) => {
    const stall = new Stall({ host: offer() })
    for (const peer of ['q', 't']) stall.members.add(peer)
    stall.local.theFree.slots = 0
    stall.waitFor('a', large, { origin: 'self', custodians: ['q'] })
    stall.noBid('q')
    stall.noBid('t')
    stall.at(waitedMs)
    return awards(stall.wanted(from))
  }

  test('is given it at once where it has the input, else once it has waited for as long as the way takes', () => {
    expect(given('q', 100)).toEqual([['q', ['a']]])
    expect(given('t', 100)).toEqual([])
    expect(given('t', 300_000)).toEqual([['t', ['a']]])
  })
})
