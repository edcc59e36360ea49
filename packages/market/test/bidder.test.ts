import { emptyRequest, emptyVector } from '@souk/kernel'
import { decodeFrame, encodeFrame, type MessageOf, type TaskSpec } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Bidder, type BidderEffect, type BidderInput, defaultMarketConfig, Packing } from '../src/index.ts'
import { Local, Members, noHost, offer, only, prng, shape, vector } from './fixtures.ts'

/** A bidder with its clock, its host and what others say waits with them. */
class Booth {
  readonly members = new Members()
  readonly local: Local
  readonly bidder: Bidder
  waiting: { peer: string; waiting: number }[] = []
  now = 0

  constructor(host = offer()) {
    const { members } = this
    this.local = new Local(host)
    const bearers = { waiting: () => this.waiting }
    this.bidder = new Bidder(defaultMarketConfig, {
      prng: prng(),
      members,
      local: this.local,
      bearers,
      packing: new Packing(defaultMarketConfig, this.local),
    })
  }

  step(input: BidderInput): BidderEffect[] {
    const out: BidderEffect[] = []
    this.bidder.step(input, this.now, out)
    return out
  }

  quote(over: Partial<TaskSpec> = {}, count = 9, more: Partial<MessageOf<'quote'>> = {}) {
    const message = {
      t: 'quote' as const,
      lot: 5,
      shape: shape(over),
      count,
      priority: 'medium' as const,
      expectedMs: 0,
      expectedMsP90: 0,
      ...more,
    }
    return only(this.step({ type: 'asked', from: 'asker', message }), 'send')[0]
  }

  /** Others have this much waiting work; whom it asks for some. */
  see(waiting: Record<string, number>) {
    this.waiting = Object.entries(waiting).map(([peer, n]) => ({ peer, waiting: n }))
    return this.wants(this.step({ type: 'changed' }))
  }

  given(from: string, count: number, want = 1) {
    return this.wants(this.step({ type: 'given', from, message: { t: 'given', want, count, waiting: 9 } }))
  }

  pass(ms: number) {
    const until = this.now + ms
    const out: BidderEffect[] = []
    for (let due = this.bidder.nextWakeup(); due !== undefined && due <= until; due = this.bidder.nextWakeup()) {
      this.now = Math.max(this.now, due)
      out.push(...this.step({ type: 'wake' }))
    }
    this.now = until
    return this.wants(out)
  }

  wants(effects: BidderEffect[]) {
    return only(effects, 'send').flatMap(({ to, message }) => (message.t === 'wanted' ? [{ to, ...message }] : []))
  }
}

describe('a quote', () => {
  test('is answered with what it does to the rest of the host, as tasks go that were asked for before', () => {
    const booth = new Booth(offer({ capacity: vector({ gpuMilli: [1000, 1000] }) }))
    const gpu = (milli: number) => ({ request: { ...emptyRequest(), gpu: { count: 1, milli } } })
    booth.quote(gpu(1000), 9)
    expect(booth.quote(gpu(400), 1)?.message).toMatchObject({ terms: { fragMilli: 600 } })
    booth.local.start(gpu(400).request)
    const { message } = booth.quote(gpu(400), 1)!
    expect(message.t === 'bid' && message.terms.fragMilli).toBeLessThan(0)
  })

  test('is answered with how many could start now', () => {
    const booth = new Booth(offer({ priceMilli: 7 }))
    expect(booth.quote()).toMatchObject({
      to: 'asker',
      message: {
        t: 'bid',
        lot: 5,
        offeredMs: 0,
        terms: { count: 4, startMs: 0, priceMilli: 7, warm: false, fragMilli: 0 },
      },
    })
    expect(booth.quote({}, 2)?.message).toMatchObject({ terms: { count: 2 } })
    expect(booth.quote({ request: { ...emptyRequest(), cpuMilli: 2000 } })?.message).toMatchObject({
      terms: { count: 2, fragMilli: 0 },
    })
  })

  test('says how many others were offered the same room within the last round trip', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    const raced = () => {
      const message = booth.quote()?.message
      return message?.t === 'bid' ? message.terms.racedMilli : undefined
    }
    expect([raced(), raced(), raced()]).toEqual([undefined, 250, 500])
    booth.now = 9
    expect(raced()).toBe(750)
    booth.now = 10
    expect(raced()).toBe(250)
  })

  test('is crowded once another task would wait for more than some round trips, in a mesh with enough others', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    booth.local.atWork = 4
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 1_000 })
    for (let i = 0; i < 12; i++) booth.members.add(`p${i}`)
    expect(booth.bidder.crowded).toBe(false)
    booth.members.add('p12')
    expect(booth.bidder.crowded).toBe(true)
    for (let i = 0; i < 40; i++) booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 10 })
    expect(booth.bidder.crowded).toBe(false)
  })

  test('says how long such a task takes once one has run here', () => {
    const booth = new Booth()
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 100 })
    expect(booth.quote()?.message).toMatchObject({ terms: { warm: true, finishMs: { p50: 100, p90: 230 } } })
  })

  test('says what the asker expects where none has run here, and forgets that once one has', () => {
    const booth = new Booth()
    booth.quote({}, 9, { expectedMs: 70, expectedMsP90: 200 })
    expect(booth.quote()?.message).toMatchObject({ terms: { warm: false, finishMs: { p50: 70, p90: 200 } } })
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 10 })
    booth.quote({}, 9, { expectedMs: 70, expectedMsP90: 200 })
    expect(booth.quote()?.message).toMatchObject({ terms: { warm: true, finishMs: { p50: 10, p90: 23 } } })
  })

  test('says when there may be room, by what its runs have left and what waits in front', () => {
    const booth = new Booth()
    const request = { ...emptyRequest(), slots: 2 }
    const work = { class: 'noop', request, startedMs: 0, allocation: { request, gpuDevices: [] } }
    booth.local.theFree.slots = 0
    booth.local.theWork = [work, { ...work, class: 'other' }]
    const eta = (over: Partial<TaskSpec> = {}) => {
      const message = booth.quote(over)?.message
      return message?.t === 'noBid' ? message.refusal.etaMs : undefined
    }
    expect(eta()).toBeUndefined()
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 100 })
    expect(eta()).toBe(100)
    expect(eta({ request: { ...emptyRequest(), slots: 3 } })).toBeUndefined()
    booth.step({ type: 'duration', class: 'other', alternative: 0, runMs: 300 })
    expect(eta({ request: { ...emptyRequest(), slots: 3 } })).toBe(300)
    // One that waits here takes the first room, and has it for as long as such a run takes.
    booth.local.theWork.push({ class: 'noop', request, startedMs: 0 })
    expect(eta()).toBe(200)
  })

  test('counts how good its predictions were: each run judged by what was expected before it', () => {
    const booth = new Booth()
    for (const runMs of [100, 100, 50, 110, 900]) booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs })
    expect(booth.bidder.counters()).toMatchObject({
      'prediction.runs': 4,
      'prediction.unknown': 1,
      'prediction.underP50': 2,
      'prediction.underP90': 3,
    })
  })

  test('says how much of the host is in use, of what it has least left of', () => {
    const booth = new Booth()
    booth.local.theFree.slots = 3
    booth.local.theFree.memoryBytes = 400
    expect(booth.quote()?.message).toMatchObject({ terms: { usedMilli: 900 } })
  })

  test('says where it cannot make the deadline, by its own runs or else by what the asker expects', () => {
    const booth = new Booth()
    const late = (more: Partial<MessageOf<'quote'>>) => {
      const answer = booth.quote({}, 1, more)?.message
      return answer?.t === 'bid' ? answer.terms.late === true : undefined
    }
    expect([late({}), late({ dueInMs: 50 }), late({ dueInMs: 50, expectedMs: 60 })]).toEqual([false, false, true])
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 40 })
    expect([late({ dueInMs: 50, expectedMs: 60 }), late({ dueInMs: 30 }), late({})]).toEqual([false, true, false])
  })

  test.each([
    ['never', 'executor-not-allowed', noHost(), {}],
    ['never', 'function-unknown', offer({ functions: [] }), {}],
    ['never', 'label-missing', offer(), { labels: { gpu: 'yes' } }],
    ['never', 'too-large', offer(), { request: { ...emptyRequest(), slots: 5 } }],
    ['later', 'draining', offer({ draining: true }), {}],
  ])('is refused for %s with code %s', (when, code, host, over) => {
    const message = new Booth(host).quote(over)?.message
    expect(message).toMatchObject({ t: 'noBid', lot: 5, refusal: { code, never: when === 'never' } })
  })

  test('is refused while there is no room, or something waits here already', () => {
    const booth = new Booth()
    booth.local.theFree.slots = 0
    booth.local.atWork = 4
    const refusal = { code: 'no-room', never: false, detail: '4 running, 0 queued' }
    expect(booth.quote()?.message).toEqual({ t: 'noBid', lot: 5, refusal })
    const queued = new Booth()
    queued.local.inLine = 1
    expect(queued.quote()?.message).toMatchObject({ refusal: { code: 'no-room', detail: '0 running, 1 queued' } })
  })

  test('is refused by a peer that leaves', () => {
    const booth = new Booth()
    booth.step({ type: 'leave' })
    expect(booth.quote()?.message).toMatchObject({ refusal: { code: 'draining' } })
    expect(booth.see({ p: 9 })).toEqual([])
  })
})

describe('asking for work', () => {
  test('says what is free and how much of it it wants', () => {
    const booth = new Booth()
    expect(booth.see({ p: 9 })).toMatchObject([{ to: 'p', count: 4, free: vector(), concurrent: 1 }])
  })

  test('goes once to each bearer, for what waits there, as long as there is room that nobody was asked to fill', () => {
    const booth = new Booth()
    expect(booth.see({ p: 1 }).map(({ to, count }) => [to, count])).toEqual([['p', 1]])
    expect(booth.see({ p: 1 })).toEqual([])
    const { slots } = booth.local.theFree
    expect(booth.see({ p: 1, q: 99 }).map(({ to, count }) => [to, count])).toEqual([['q', slots - 1]])
    expect(booth.see({ p: 1, q: 99, r: 9 })).toEqual([])
  })

  test('goes to the one of two with more waiting', () => {
    for (let i = 0; i < 5; i++) expect(new Booth().see({ p: 1, q: 50 }).map(({ to }) => to)).toEqual(['q'])
  })

  test('goes to nobody without room, without waiting work, or while draining', () => {
    expect(new Booth().see({ p: 0 })).toEqual([])
    const full = new Booth()
    full.local.theFree.slots = 0
    const queued = new Booth()
    queued.local.inLine = 1
    const noCpu = new Booth()
    noCpu.local.theFree.cpuMilli = -100
    for (const booth of [full, queued, noCpu, new Booth(offer({ draining: true })), new Booth(noHost())]) {
      expect(booth.see({ p: 9 })).toEqual([])
    }
  })

  test('goes on at once after an answer that had something', () => {
    const booth = new Booth()
    booth.see({ p: 9 })
    expect(booth.given('p', 2)).toMatchObject([{ to: 'p', want: 2 }])
  })

  test('pauses after an empty answer, for a round trip at first and ever longer', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    booth.see({ p: 9 })
    const pauses: number[] = []
    for (let want = 1; want <= 9; want++) {
      expect(booth.given('p', 0, want)).toEqual([])
      const since = booth.now
      expect(booth.see({ p: 9 })).toEqual([])
      pauses.push(booth.bidder.nextWakeup()! - since)
      expect(booth.pass(pauses.at(-1)!)).toMatchObject([{ to: 'p', want: want + 1 }])
    }
    expect(pauses).toEqual([10, 20, 40, 80, 160, 320, 640, 1_000, 1_000])
    booth.given('p', 1, 10)
    booth.given('p', 0, 11)
    expect(booth.bidder.nextWakeup()! - booth.now).toBe(10)
  })

  test('is over when nobody answers, and an answer that comes later is not counted', () => {
    const booth = new Booth()
    booth.see({ p: 9 })
    expect(booth.pass(defaultMarketConfig.wantMsMax)).toEqual([])
    expect(booth.given('p', 3, 1)).toEqual([])
    expect(booth.pass(defaultMarketConfig.rttMsUnknown)).toMatchObject([{ want: 2 }])
  })

  test('asks ahead for about two round trips of work, once half of it is used up', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 5 })
    booth.local.atWork = 4
    booth.local.theFree.slots = 0
    // 4 at once, 5 ms each, 20 ms: 16 ahead
    expect(booth.see({ p: 99 })).toMatchObject([{ count: 16, aheadMs: 20, concurrent: 4 }])
    booth.local.inLine = 9
    expect(booth.see({ q: 99 })).toEqual([])
    booth.local.inLine = 8
    expect(booth.see({ q: 99 })).toMatchObject([{ count: 16, aheadMs: 10, concurrent: 4 }])
  })

  test('asks a task ahead of long ones where the line is deep for every host, and none of a shallow one', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 200 })
    booth.local.atWork = 4
    booth.local.theFree.slots = 0
    const hosts = Math.max(1, booth.members.candidates().length)
    expect(booth.see({ p: 2 * hosts - 1 })).toEqual([])
    expect(booth.see({ p: 2 * hosts })).toMatchObject([{ count: 1, aheadMs: 20, concurrent: 4 }])
  })

  test('reckons with how long bearers take to answer, where that is longer than a round trip', () => {
    const booth = new Booth()
    booth.members.rtt = 1
    booth.see({ p: 9 })
    booth.pass(100)
    // a fifth of the 100 ms that the one answer took, for two times there and back
    expect(booth.given('p', 1, 1)).toMatchObject([{ aheadMs: 40 }])
  })

  test('asks for no work ahead before a run has ended here', () => {
    const booth = new Booth()
    booth.local.theFree.slots = 0
    booth.local.atWork = 4
    expect(booth.see({ p: 9 })).toEqual([])
  })

  test('stays within what a message may say on a host of any size, even one that owes room', () => {
    const booth = new Booth(offer({ capacity: vector({ slots: 5_000, cpuMilli: 5_000_000 }) }))
    booth.members.rtt = 1_000
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 0 })
    booth.local.atWork = 4_600
    const free = { slots: 400, cpuMilli: 1, memoryBytes: -1, gpuMilli: [-5], custom: { x: -1 } }
    booth.local.theFree = { ...emptyVector(), ...free }
    const [want] = booth.see({ p: 9_999 })
    expect(want).toMatchObject({ count: 256, aheadMs: 50, free: { memoryBytes: 0, gpuMilli: [0], custom: { x: 0 } } })
    const { to: _, ...message } = want!
    const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
    expect(decodeFrame(encodeFrame({ incarnation: 1, load, messages: [message] }))).toMatchObject({
      ok: true,
      value: { rejected: [] },
    })
  })
})
