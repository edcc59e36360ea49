import { emptyVector } from '@souk/kernel'
import { decodeFrame, encodeFrame } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/index.ts'
import { Booth } from './booth.ts'
import { noHost, offer, vector } from './fixtures.ts'

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

  test('asks for nothing while what becomes free is promised to a gang', () => {
    const booth = new Booth()
    booth.local.isPromised = true
    expect(booth.see({ p: 9 })).toEqual([])
    booth.local.isPromised = false
    expect(booth.see({ p: 9 })).toMatchObject([{ to: 'p' }])
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
    expect(want).toMatchObject({ count: 256, aheadMs: 50, free: { memoryBytes: 0, gpuMilli: [0], custom: {} } })
    const { to: _, ...message } = want!
    const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
    expect(decodeFrame(encodeFrame({ incarnation: 1, load, messages: [message] }))).toMatchObject({
      ok: true,
      value: { rejected: [] },
    })
  })
})
