import { emptyRequest } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/index.ts'
import { noHost, offer, only, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

describe('local first', () => {
  test('keeps what fits here without asking anybody, and asks for the rest', () => {
    const stall = new Stall({ host: offer({ capacity: vector({ slots: 2 }) }) })
    stall.members.add('other')
    const effects = stall.wait(['a', 'b', 'c'])
    const [keep] = only(effects, 'keep')
    expect(keep).toMatchObject({ tasks: ['a', 'b'], decision: { how: 'local', winner: 'self', by: 'self' } })
    expect(only(effects, 'send')).toMatchObject([{ to: 'other', message: { t: 'quote', count: 1 } }])
  })

  test('counts the room of one turn once over all kinds of tasks', () => {
    const stall = new Stall({ host: offer({ capacity: vector({ slots: 3 }) }) })
    for (const name of ['a', 'b']) stall.add(name, { class: 'x' })
    for (const name of ['c', 'd']) stall.add(name, { class: 'y' })
    expect(only(stall.wake(), 'keep').flatMap(({ tasks }) => tasks)).toEqual(['a', 'b', 'c'])
  })

  test('does not jump a queue of its own, nor start anything while it drains', () => {
    const busy = new Stall({ host: offer() })
    busy.local.inLine = 1
    expect(only(busy.wait(['a']), 'keep')).toEqual([])
    const draining = new Stall({ host: offer({ draining: true }) })
    expect(only(draining.wait(['a']), 'keep')).toEqual([])
  })

  test('keeps what waits as soon as there is room', () => {
    const stall = new Stall({ host: offer({ capacity: vector({ slots: 1 }) }) })
    stall.wait(['a', 'low'], { priority: 'low' })
    stall.wait(['high'], { priority: 'high' })
    stall.local.theFree.slots = 1
    expect(only(stall.step({ type: 'changed' }), 'keep').map(({ tasks }) => tasks)).toEqual([['high']])
  })
})

describe('asking', () => {
  const names = (n: number) => Array.from({ length: n }, (_, i) => `p${String(i).padStart(2, '0')}`)

  test('goes to everybody while they are few, and to d of them when they are many', () => {
    expect(asked(Stall.among(...names(12)).wait(['a']))).toEqual(names(12))
    const some = asked(Stall.among(...names(13)).wait(['a']))
    expect([some.length, new Set(some).size]).toEqual([8, 8])
    const more = asked(Stall.among(...names(40)).wait(['a'], { request: { ...emptyRequest(), custom: {} } }))
    expect(more).toHaveLength(8)
  })

  test('goes to more for tasks that need devices or named units', () => {
    const stall = new Stall()
    const capacity = vector({ custom: { licence: 1 } })
    for (const peer of names(40)) stall.members.add(peer, { offer: offer({ capacity }) })
    expect(asked(stall.wait(['a'], { request: { ...emptyRequest(), custom: { licence: 1 } } }))).toHaveLength(32)
  })

  test('goes once more to those who were not asked, when those who were had too little room', () => {
    const stall = Stall.among(...names(20))
    const first = asked(stall.wait(['a', 'b']))
    const second = first.flatMap((peer, i) => (i === 0 ? stall.bid(peer) : stall.noBid(peer)))
    expect(awards(second)).toEqual([[first[0], ['a']]])
    expect(new Set([...first, ...asked(second)])).toEqual(new Set(names(20)))
    expect(only(second, 'waits')).toEqual([])
    const third = asked(second).flatMap((peer) => stall.noBid(peer))
    expect(asked(third)).toEqual([])
    expect(only(third, 'waits')).toMatchObject([{ tasks: ['b'], decision: { refusals: { 'no-room': 19 } } }])
  })

  test('is one question for all tasks alike, one for each kind', () => {
    const stall = Stall.among('p')
    for (const name of ['a', 'b']) stall.add(name)
    stall.add('c', { class: 'other', priority: 'high' })
    const quotes = only(stall.wake(), 'send').map(({ message }) => message)
    expect(quotes).toMatchObject([
      { t: 'quote', count: 2, shape: { class: 'noop' }, priority: 'medium' },
      { t: 'quote', count: 1, shape: { class: 'other' }, priority: 'high' },
    ])
  })

  test('says how long such tasks take, once one has run', () => {
    const stall = Stall.among('p')
    stall.step({ type: 'duration', class: 'noop', runMs: 40 })
    expect(only(stall.wait(['a']), 'send')).toMatchObject([{ message: { expectedMs: 40 } }])
  })

  test('is bounded to one auction for a lot and to its largest count', () => {
    const stall = new Stall({ config: { lotCountMax: 2 } })
    stall.members.add('p')
    expect(only(stall.wait(['a', 'b', 'c']), 'send')).toMatchObject([{ message: { count: 2 } }])
    expect(asked(stall.wait(['d']))).toEqual([])
    expect(awards(stall.bid('p', { count: 2 }))).toEqual([['p', ['a', 'b']]])
    expect(only(stall.wake(), 'send')).toMatchObject([{ message: { count: 2 } }])
  })
})

describe('an auction', () => {
  test('closes with the last answer and shares the lot among the bidders', () => {
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b', 'c', 'd'])
    expect(stall.at(1).bid('p', { count: 2 })).toEqual([])
    const effects = stall.at(2).bid('q', { count: 2 })
    expect(Object.fromEntries(awards(effects).map(([peer, tasks]) => [peer, tasks.length]))).toEqual({ p: 2, q: 2 })
    expect(
      only(effects, 'award')
        .flatMap(({ tasks }) => tasks)
        .sort(),
    ).toEqual(['a', 'b', 'c', 'd'])
    expect(only(effects, 'closed')).toMatchObject([{ closed: 'all-in', bids: 2, awarded: 4, tookMs: 2 }])
  })

  test('names the other bidders as alternates, best first, two at most', () => {
    const stall = Stall.among('p', 'q', 'r', 's')
    stall.wait(['a', 'b', 'c', 'd'])
    const price = { s: 400, r: 300, q: 200, p: 100 }
    const effects = Object.entries(price).flatMap(([peer, priceMilli]) => stall.bid(peer, { priceMilli }))
    const alternates = only(effects, 'award').map((award) => [
      award.to.peer,
      ...award.alternates.map(({ peer }) => peer),
    ])
    expect(alternates).toEqual([
      ['p', 'q', 'r'],
      ['q', 'p', 'r'],
      ['r', 'p', 'q'],
      ['s', 'p', 'q'],
    ])
    // Each taker gets back when it made its bid.
    const [first] = only(effects, 'award')
    expect([first!.to, ...first!.alternates].map(({ offeredMs }) => offeredMs)).toEqual([7, 7, 7])
  })

  test('leaves out a bidder of which another life has begun since: that one has bid nothing, and counts time anew', () => {
    const stall = Stall.among('p', 'q', 'r')
    stall.wait(['a', 'b'])
    for (const peer of ['p', 'q']) stall.bid(peer)
    stall.members.add('p', { incarnation: 2 })
    const named = only(stall.bid('r'), 'award').flatMap(({ to, alternates }) => [to, ...alternates])
    expect(named.map(({ peer, incarnation }) => [peer, incarnation])).not.toContainEqual(['p', 2])
    expect(new Set(named.map(({ peer }) => peer))).toEqual(new Set(['q', 'r']))
  })

  test('closes as soon as enough bids cover the lot', () => {
    const stall = Stall.among('p', 'q', 'r', 's')
    stall.wait(['a'])
    stall.bid('p')
    stall.bid('q')
    expect(only(stall.bid('r'), 'closed')).toMatchObject([{ closed: 'good-enough', bids: 3 }])
    expect(awards(stall.bid('s', {}, 1))).toEqual([])
  })

  test('closes with the first bid that starts at once where tasks last no longer than asking', () => {
    const stall = Stall.among('p', 'q', 'r', 's')
    stall.step({ type: 'duration', class: 'noop', runMs: 1 })
    stall.wait(['a'])
    expect(only(stall.bid('p'), 'closed')).toMatchObject([{ closed: 'good-enough', bids: 1 }])
    stall.step({ type: 'duration', class: 'noop', runMs: 10_000 })
    stall.wait(['b'])
    expect(only(stall.bid('p', {}, 2), 'closed')).toEqual([])
  })

  test('closes when its time is over, by the round trips of this mesh', () => {
    const stall = Stall.among('p', 'q')
    stall.members.rtt = 10
    stall.wait(['a'])
    stall.bid('p')
    expect(stall.pass(16.9)).toEqual([])
    const effects = stall.pass(0.1)
    expect(only(effects, 'closed')).toMatchObject([{ closed: 'timeout', bids: 1, tookMs: 17 }])
    expect(awards(effects)).toEqual([['p', ['a']]])
  })

  test('hears what has come while its own peer was busy, before anybody counts as silent', () => {
    const stall = Stall.among('p', 'q')
    stall.members.rtt = 10
    stall.wait(['a'])
    expect(stall.at(60).wake()).toEqual([])
    expect(stall.auctioneer.nextWakeup()).toBe(65)
    expect(only(stall.bid('p'), 'closed')).toEqual([])
    // This peer is late a second time: the auction is not put off again, or it might never close.
    const effects = stall.at(99).wake()
    expect(only(effects, 'closed')).toMatchObject([{ closed: 'timeout', bids: 1 }])
    expect(awards(effects)).toEqual([['p', ['a']]])
  })

  test('is never open for less or more than its bounds', () => {
    const took = (rtt: number) => {
      const stall = Stall.among('p')
      stall.members.rtt = rtt
      stall.wait(['a'])
      return only(stall.pass(1_000), 'closed')[0]!.tookMs
    }
    expect([took(0.1), took(10_000)]).toEqual([defaultMarketConfig.closeMsMin, defaultMarketConfig.closeMsMax])
  })

  test('hears one answer from each that it asked, and nobody else', () => {
    const stall = Stall.among('p', 'q')
    stall.wait(['a'])
    stall.bid('stranger')
    stall.noBid('p')
    stall.bid('p')
    expect(awards(stall.pass(100))).toEqual([])
  })

  test('awards nothing to a winner that is gone meanwhile', () => {
    const stall = Stall.among('p', 'q')
    stall.wait(['a', 'b'])
    stall.bid('p')
    stall.members.add('p', { reachable: false })
    const effects = stall.bid('q')
    expect(awards(effects)).toEqual([['q', ['a']]])
    expect(only(effects, 'award')[0]!.alternates).toEqual([])
    expect(only(effects, 'waits')).toMatchObject([{ tasks: ['b'] }])
  })

  test('names the life of the winner that is there now', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    stall.members.add('p', { incarnation: 7 })
    expect(only(stall.bid('p'), 'award')).toMatchObject([{ to: { peer: 'p', incarnation: 7 } }])
  })

  test('whose tasks were all withdrawn awards nothing', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    stall.step({ type: 'withdrawn', task: 'a' })
    expect(awards(stall.bid('p'))).toEqual([])
    expect(stall.auctioneer.snapshot()).toEqual({ lots: [], auctions: [] })
  })

  test('is recorded with its bids, refusals, weights and margin', () => {
    const stall = Stall.among('p', 'q', 'r')
    stall.members.add('small', { offer: noHost() })
    stall.wait(['a'])
    stall.at(1).noBid('r')
    stall.at(2).bid('q', { priceMilli: 1_000 })
    const [award] = only(stall.at(3).bid('p'), 'award')
    expect(award!.decision).toMatchObject({
      how: 'auction',
      winner: 'p',
      candidates: 3,
      asked: 3,
      bids: [
        { peer: 'p', afterMs: 3 },
        { peer: 'q', afterMs: 2 },
      ],
      bidsTotal: 2,
      refusals: { 'no-room': 1, 'executor-not-allowed': 2 },
      refused: [{ peer: 'self' }, { peer: 'r' }, { peer: 'small' }],
      weights: defaultMarketConfig.weights,
      closed: 'all-in',
      decisionMs: 3,
      auctionMs: 3,
      wallMs: 1_000_003,
    })
    expect(award!.decision.margin).toBeCloseTo(defaultMarketConfig.weights.price)
  })

  test('keeps a bounded record however many bid', () => {
    const peers = Array.from({ length: 12 }, (_, i) => `p${i}`)
    const stall = Stall.among(...peers)
    stall.wait(Array.from({ length: 100 }, (_, i) => `t${i}`))
    const effects = peers.flatMap((peer) => stall.bid(peer))
    const [award] = only(effects, 'award')
    expect([award!.decision.bids.length, award!.decision.bidsTotal]).toEqual([8, 12])
  })
})
