import { emptyRequest } from '@souk/kernel'
import type { MessageOf, TaskSpec } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Booth } from './booth.ts'
import { noHost, offer, shape, vector } from './fixtures.ts'

/** The terms of a bid that are about warm workers. */
function warmthOf(booth: Booth) {
  const message = booth.quote()?.message
  if (message?.t !== 'bid') return undefined
  const { warm, coldMs } = message.terms
  return coldMs === undefined ? { warm } : { warm, coldMs }
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
    booth.now = 100
    expect(booth.quote({ request: { ...emptyRequest(), cpuMilli: 2000 } })?.message).toMatchObject({
      terms: { count: 2, fragMilli: 0 },
    })
  })

  test('says how many others were offered the same room within the last round trip', () => {
    const booth = new Booth()
    booth.members.rtt = 10
    const raced = () => {
      // Tasks so short that a bid for them holds nothing.
      const message = booth.quote({}, 9, { expectedMs: 10, expectedMsP90: 20 })?.message
      return message?.t === 'bid' ? message.terms.racedMilli : undefined
    }
    expect([raced(), raced(), raced()]).toEqual([undefined, 250, 500])
    booth.now = 9
    expect(raced()).toBe(750)
    booth.now = 10
    expect(raced()).toBe(250)
  })

  describe('is crowded once another task would wait for more than some round trips', () => {
    const crowded = (booth: Booth, avoid: string[] = [], over = {}) =>
      booth.bidder.crowded(shape(over), avoid, booth.now)
    const full = (others: number) => {
      const booth = new Booth()
      booth.members.rtt = 10
      booth.local.atWork = 4
      booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 1_000 })
      for (let i = 0; i < others; i++) booth.members.add(`p${i}`)
      return booth
    }

    test('where there are more others than are asked', () => {
      const booth = full(13)
      expect(crowded(booth, ['p0', 'p1'])).toBe(true)
      const had = Array.from({ length: 13 }, (_, i) => `p${i}`)
      expect(crowded(booth, had.slice(0, 12))).toBe(true)
      expect(crowded(booth, had)).toBe(false)
      expect(crowded(booth, [], { labels: { site: 'attic' } })).toBe(false)
      for (let i = 0; i < 40; i++) booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 10 })
      expect(crowded(booth)).toBe(false)
    })

    test('where all are asked, only where one of them has said of late to have room', () => {
      const booth = full(12)
      expect(crowded(booth)).toBe(false)
      booth.loads.all.set('p3', { slots: 1, saidMs: 0, heardMs: 0 })
      expect(crowded(booth)).toBe(true)
      expect(crowded(booth, ['p3'])).toBe(false)
      expect(crowded(booth, [], { request: { ...emptyRequest(), slots: 2 } })).toBe(false)
      booth.now = 1_001
      expect(crowded(booth)).toBe(false)
    })
  })

  test('says how long such a task takes once one has run here', () => {
    const booth = new Booth()
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 100 })
    expect(booth.quote()?.message).toMatchObject({ terms: { finishMs: { p50: 100, p90: 230 } } })
  })

  test('says what the asker expects where none has run here, and forgets that once one has', () => {
    const booth = new Booth()
    booth.quote({}, 9, { expectedMs: 70, expectedMsP90: 200 })
    expect(booth.quote()?.message).toMatchObject({ terms: { finishMs: { p50: 70, p90: 200 } } })
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 10 })
    booth.quote({}, 9, { expectedMs: 70, expectedMsP90: 200 })
    expect(booth.quote()?.message).toMatchObject({ terms: { finishMs: { p50: 10, p90: 23 } } })
  })

  test('says whether warm workers stand free for all that it offers, else how long one takes to get warm', () => {
    const booth = new Booth()
    expect(warmthOf(booth)).toEqual({ warm: false })
    booth.local.theWarmth = { free: 4, coldMs: 80.4 }
    expect(warmthOf(booth)).toEqual({ warm: true })
    booth.local.theWarmth = { free: 0, coldMs: 80.4 }
    expect(warmthOf(booth)).toEqual({ warm: false, coldMs: 80 })
    booth.local.theWarmth = { free: 0, coldMs: 0 }
    expect(warmthOf(booth)).toEqual({ warm: false })
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
    // A task queued here takes the first room, for as long as such a run takes.
    booth.local.theWork.push({ class: 'noop', request, startedMs: 0 })
    expect(eta()).toBe(200)
  })

  test('says when there may be room for the first of what will do, by what those took that were given the same', () => {
    const booth = new Booth()
    const request = { ...emptyRequest(), slots: 2 }
    const allocation = { request, gpuDevices: [] }
    booth.local.theFree.slots = 0
    booth.local.theWork = [{ class: 'noop', alternative: 1, request, startedMs: 0, allocation }]
    booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: 900 })
    booth.step({ type: 'duration', class: 'noop', alternative: 1, runMs: 100 })
    const large = { ...emptyRequest(), slots: 3 }
    const refused = booth.quote({ request: large, alternatives: [emptyRequest()] })?.message
    expect(refused).toMatchObject({ t: 'noBid', refusal: { etaMs: 100 } })
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
    // All holds have ended by now.
    booth.now = 1_000
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
