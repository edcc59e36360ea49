import type { Advert, RosterMessage } from '@souk/wire'
import { limits } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import type { RosterEffect } from '../src/index.ts'
import { advertOf, Lone, offerOf, update } from './mesh.ts'

const published = (effects: RosterEffect[]): Advert[] =>
  effects.flatMap((e) => (e.type === 'publish' ? [e.advert] : []))

const sentTo = (effects: RosterEffect[], to: string): RosterMessage[] =>
  effects.flatMap((e) => (e.type === 'send' && e.to === to ? [e.message] : []))

const advertsIn = (messages: RosterMessage[]): Advert[][] =>
  messages.flatMap((m) => (m.t === 'adverts' ? [m.adverts] : []))

describe('the own advert', () => {
  test('goes out in full at start, unsigned', () => {
    const lone = new Lone('m', {}, { incarnation: 4 })
    expect(published(lone.effects())).toMatchObject([
      {
        peer: 'm',
        incarnation: 4,
        seq: 1,
        addresses: ['/a/m'],
        certificate: { peer: 'm' },
        signature: new Uint8Array(0),
      },
    ])
  })

  test('is seen here at once and travels at most once a second, with every change so far', () => {
    const lone = new Lone('m')
    lone.effects()
    for (const summary of ['one', 'two', 'three']) lone.step({ type: 'offer', offer: offerOf({ summary }) })
    lone.step({ type: 'addresses', addresses: ['/new'] })
    expect(lone.roster.offerOf('m')?.summary).toBe('three')
    expect(published(lone.effects())).toEqual([])
    lone.pass(1000)
    expect(published(lone.effects())).toMatchObject([{ offer: { summary: 'three' }, addresses: ['/new'] }])
  })

  test('an offer that changes nothing is no change', () => {
    const lone = new Lone('m', { heartbeatMsMin: 10_000 })
    lone.pass(5000)
    lone.effects()
    const before = lone.roster.version
    lone.step({ type: 'offer', offer: offerOf() })
    expect(published(lone.effects())).toEqual([])
    expect(lone.roster.version).toBe(before)
  })

  test('says that it drains, whatever offers come meanwhile', () => {
    const lone = new Lone('m')
    lone.step({ type: 'drain', on: true })
    lone.step({ type: 'offer', offer: offerOf({ summary: 'busy' }) })
    expect(lone.roster.offerOf('m')).toMatchObject({ draining: true, summary: 'busy' })
    lone.step({ type: 'drain', on: false })
    expect(lone.roster.offerOf('m')).toMatchObject({ draining: false, summary: 'busy' })
  })

  test('beats with a rising seq, more slowly the larger the mesh', () => {
    const beats = (members: number) => {
      const lone = new Lone('m', { fullMeshMembersMax: 0, heartbeatMsMin: 2_000 })
      for (let i = 1; i < members; i++) lone.gossip(advertOf(`p${i}`, 1, 1))
      lone.effects()
      lone.pass(60_000)
      const seqs = published(lone.effects()).map((advert) => advert.seq)
      expect(seqs).toEqual(seqs.map((_, i) => i + 2))
      return seqs.length
    }
    expect(beats(3)).toBe(30)
    expect(beats(100)).toBe(9)
  })
})

describe('what a peer has and expects of work', () => {
  const digest = { class: 'render', present: 2, runMs: 50, expected: [1000], enough: [2000] }
  const demand = { bucketMs: 10_000, classes: [digest] }

  test('travels with the next heartbeat, and asks for no advert of its own', () => {
    const lone = new Lone('m', { heartbeatMsMin: 10_000 })
    lone.pass(2_000)
    lone.effects()
    const before = lone.roster.version
    lone.step({ type: 'demand', demand })
    lone.pass(5_000)
    expect(published(lone.effects())).toEqual([])
    lone.pass(10_000)
    expect(published(lone.effects())).toMatchObject([{ demand }])
    expect(lone.roster.version).toBe(before)
    lone.step({ type: 'demand', demand: { bucketMs: 10_000, classes: [] } })
    lone.pass(10_000)
    expect(published(lone.effects())[0]).not.toHaveProperty('demand')
  })

  test('of others is known, and is no change of what they offer', () => {
    const lone = new Lone('m')
    lone.gossip(advertOf('a', 1, 1))
    lone.effects()
    const { offer } = lone.roster.get('a')!.advert!
    lone.gossip({ ...advertOf('a', 1, 2), offer, demand })
    expect(lone.roster.get('a')?.advert?.demand).toEqual(demand)
    expect(lone.effects()).toEqual([])
  })
})

describe("others' adverts", () => {
  test('only the newest counts', () => {
    const lone = new Lone('m')
    lone.gossip(advertOf('a', 1, 5))
    const heardMs = lone.roster.get('a')?.advertMs
    expect(heardMs).toBeDefined()
    lone.pass(10)
    lone.gossip(advertOf('a', 1, 4))
    expect(lone.roster.get('a')?.advertMs).toBe(heardMs)
    expect(lone.roster.offerOf('a')?.labels).toEqual({ seq: '1.5' })
    lone.gossip(advertOf('a', 2, 1))
    expect(lone.roster.offerOf('a')?.labels).toEqual({ seq: '2.1' })
  })

  test('a heartbeat is no change, a new offer is', () => {
    const lone = new Lone('m')
    const offer = offerOf()
    lone.gossip(advertOf('a', 1, 1, { offer }))
    lone.effects()
    const before = lone.roster.version
    lone.gossip(advertOf('a', 1, 2, { offer: structuredClone(offer) }))
    expect(lone.effects()).toEqual([])
    expect(lone.roster.version).toBe(before)
    lone.gossip(advertOf('a', 1, 3, { offer: offerOf({ draining: true }) }))
    expect(lone.effects()).toEqual([{ type: 'advertChanged', peer: 'a' }])
    expect(lone.roster.version).toBeGreaterThan(before)
  })

  test('of this peer itself change nothing', () => {
    const lone = new Lone('m')
    lone.gossip(advertOf('m', 9, 9))
    expect(lone.roster.get('m')).toMatchObject({ incarnation: 1, advert: { seq: 1 } })
  })
})

describe('anti-entropy', () => {
  test('a link that opens is told what is known, without asking for an answer', () => {
    const lone = new Lone('m')
    lone.gossip(advertOf('x', 2, 7))
    lone.connect('a')
    const syncs = sentTo(lone.effects(), 'a').filter((m) => m.t === 'sync')
    expect(syncs).toEqual([
      {
        t: 'sync',
        have: [
          ['m', 1, 1],
          ['x', 2, 7],
        ],
        reply: false,
      },
    ])
  })

  test('the other gets what it lacks and what it has an older one of, and nothing else', () => {
    const lone = new Lone('m')
    for (const peer of ['w', 'x', 'y', 'z']) lone.gossip(advertOf(peer, 2, 7))
    lone.connect('a')
    lone.rumour('a', update('w', 'left', 2))
    lone.effects()
    lone.hear('a', {
      t: 'sync',
      have: [
        ['m', 1, 1],
        ['x', 2, 7],
        ['y', 1, 99],
      ],
      reply: false,
    })
    const answer = sentTo(lone.effects(), 'a')
    expect(advertsIn(answer).map((list) => list.map((advert) => advert.peer))).toEqual([['y', 'z']])
    expect(answer.some((m) => m.t === 'sync')).toBe(false)
  })

  test('one that asks for an answer gets one', () => {
    const lone = new Lone('m')
    lone.connect('a')
    lone.effects()
    lone.hear('a', { t: 'sync', have: [['m', 1, 1]], reply: true })
    expect(sentTo(lone.effects(), 'a')).toEqual([{ t: 'sync', have: [['m', 1, 1]], reply: false }])
  })

  test('adverts go in messages within the bounds of number and size', () => {
    const lone = new Lone('m', { advertsMessageBytesMax: 8000 })
    for (let i = 0; i < limits.advertsPerMessageMax; i++) lone.gossip(advertOf(`p${i}`, 1, 1))
    const functions = Array.from({ length: 50 }, (_, i) => `f${i}`.padEnd(100, 'x'))
    lone.gossip(advertOf('q', 1, 1, { offer: offerOf({ functions }) }))
    lone.connect('a')
    lone.effects()
    lone.hear('a', { t: 'sync', have: [], reply: false })
    const lists = advertsIn(sentTo(lone.effects(), 'a'))
    expect(lists.flat()).toHaveLength(limits.advertsPerMessageMax + 2)
    expect(Math.max(...lists.map((list) => list.length))).toBeLessThan(12)
  })

  test('a peer that asks without end is answered within bounds', () => {
    const lone = new Lone('m', { syncsPerPeerMax: 2 })
    lone.connect('a')
    lone.effects()
    for (let i = 0; i < 10; i++) lone.hear('a', { t: 'sync', have: [], reply: true })
    const messages = sentTo(lone.effects(), 'a')
    expect(messages.filter((m) => m.t === 'sync')).toHaveLength(2)
    expect(messages.filter((m) => m.t === 'adverts')).toHaveLength(2)
  })
})

test('who compares adverts hears also of lives that sent none, for as long as it may not know them', () => {
  const lone = new Lone('m')
  for (const peer of ['a', 'b']) lone.connect(peer)
  lone.gossip(advertOf('a', 1, 1))
  lone.step({ type: 'disconnected', peer: 'a' })
  lone.connect('a', 3)
  lone.effects()
  const toldB = (have: [string, number, number][]) => {
    lone.hear('b', { t: 'sync', have, reply: false })
    return sentTo(lone.effects(), 'b').flatMap<unknown>((m) => ('updates' in m ? m.updates : m))
  }
  const own = ['m', 1, 1] as [string, number, number]
  expect(toldB([own, ['a', 1, 1]])).toEqual([update('a', 'alive', 3)])
  expect(toldB([own, ['a', 3, 1]])).toEqual([])
  const advert = advertOf('a', 3, 1)
  lone.gossip(advert)
  expect(toldB([own, ['a', 1, 1]])).toEqual([{ t: 'adverts', adverts: [advert] }])
})
