import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { decodeFrame, encodeFrame, type Objective } from '@souk/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/index.ts'
import { Timeline } from '../src/plan/timeline.ts'
import { Draft, placingsOf } from './draft.ts'
import { noHost, offer, only, vector } from './fixtures.ts'

const slots = (n: number): ResourceRequest => ({ ...emptyRequest(), slots: n, cpuMilli: 1000 * n })

describe('a timeline', () => {
  test('finds the first time at which a request fits for as long as it takes', () => {
    const timeline = new Timeline(vector({ slots: 1, cpuMilli: 1000 }))
    timeline.endsAt(50, { request: slots(3), gpuDevices: [] })
    expect(timeline.earliest(slots(1), 10, 0)).toBe(0)
    expect(timeline.earliest(slots(1), 10, 20)).toBe(20)
    expect(timeline.earliest(slots(4), 10, 0)).toBe(50)
    expect(timeline.earliest(slots(5), 10, 0)).toBeUndefined()
    timeline.place(slots(4), 50, 10)
    expect(timeline.earliest(slots(1), 50, 0)).toBe(0)
    expect(timeline.earliest(slots(1), 51, 0)).toBe(60)
  })

  test('keeps a device for the whole of a run', () => {
    const gpu = { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }
    const timeline = new Timeline(vector({ gpuMilli: [0, 1000] }))
    timeline.endsAt(30, { request: gpu, gpuDevices: [0] })
    timeline.place(gpu, 0, 100)
    expect(timeline.least(0, 10).gpuMilli).toEqual([0, 0])
    expect(timeline.earliest(gpu, 100, 0)).toBe(30)
  })

  test('never gives out more than there is, whatever is put in', () => {
    const request = fc.record({ n: fc.integer({ min: 1, max: 3 }), milli: fc.integer({ min: 0, max: 1000 }) })
    const runs = fc.array(fc.record({ request, runMs: fc.integer({ min: 1, max: 50 }) }), { maxLength: 30 })
    fc.assert(
      fc.property(runs, (list) => {
        const free = vector({ slots: 3, gpuMilli: [1000, 500], custom: { licence: 2 } })
        const timeline = new Timeline(free)
        for (const { request: asked, runMs } of list) {
          const wanted: ResourceRequest = {
            ...slots(asked.n),
            gpu: { count: asked.milli > 0 ? 1 : 0, milli: asked.milli },
            custom: { licence: asked.n - 1 },
          }
          const startMs = timeline.earliest(wanted, runMs, 0)
          if (startMs === undefined) continue
          timeline.place(wanted, startMs, runMs)
        }
        for (let at = 0; at < 2_000; at += 7) {
          const { slots: left, gpuMilli, custom } = timeline.least(at, 7)
          expect(Math.min(left, ...gpuMilli, custom.licence!)).toBeGreaterThanOrEqual(0)
        }
      }),
    )
  })
})

describe('a plan', () => {
  test('gives a task what it prefers where that can start as soon, else what will do instead, and counts that', () => {
    const draft = new Draft()
    draft.members.add('plain')
    draft.members.add('gpus', { offer: offer({ capacity: vector({ gpuMilli: [1000] }) }) })
    const either = {
      request: { ...emptyRequest(), gpu: { count: 1, milli: 1000 } },
      alternatives: [{ ...emptyRequest(), cpuMilli: 4000 }],
    }
    draft.ask([either, either])
    draft.answer('plain')
    const { placings, sum } = placingsOf(draft.answer('gpus', { free: vector({ gpuMilli: [1000] }) }), 'balanced')
    expect(placings.map(({ peer, alternative, startMs }) => [peer, alternative, startMs])).toEqual([
      ['gpus', undefined, 0],
      ['plain', 1, 0],
    ])
    // All four CPUs of one of the two hosts are in use.
    expect(sum.usedMilli).toBe(500)
  })

  test('places what only fits as what will do instead', () => {
    const draft = new Draft()
    draft.members.add('plain')
    draft.ask([{ request: { ...emptyRequest(), slots: 64 }, alternatives: [emptyRequest()] }])
    expect(placingsOf(draft.answer('plain'), 'balanced').placings).toMatchObject([{ peer: 'plain', alternative: 1 }])
  })

  test('puts the same tasks where each objective would, with start, end and cost, and what that comes to', () => {
    const draft = new Draft()
    draft.members.add('cheap', { offer: offer({ priceMilli: 1_000 }) })
    draft.members.add('dear', { offer: offer({ priceMilli: 4_000 }) })
    const asked = only(draft.ask([{}, {}, {}, {}]), 'send')
    expect(asked.map(({ to, message }) => [to, message])).toEqual([
      ['cheap', { t: 'survey', plan: 1, classes: ['noop'] }],
      ['dear', { t: 'survey', plan: 1, classes: ['noop'] }],
    ])
    expect(draft.answer('cheap', { durations: [{ p50: 3_600_000, p90: 3_600_000 }] })).toBeUndefined()
    const half = vector({ slots: 2, cpuMilli: 2000 })
    const plan = draft.answer('dear', { free: half, durations: [{ p50: 1_800_000, p90: 5_400_000 }] })
    const hosts = (objective: Objective) => placingsOf(plan, objective).placings.map(({ peer }) => peer)
    expect(hosts('cheap')).toEqual(['cheap', 'cheap', 'cheap', 'cheap'])
    expect(hosts('fast').slice(0, 2)).toEqual(['dear', 'dear'])
    expect(hosts('pack').slice(0, 2)).toEqual(['dear', 'dear'])
    expect(hosts('spread').slice(0, 2)).toEqual(['cheap', 'cheap'])
    const { placings, sum } = placingsOf(plan, 'cheap')
    expect(placings[0]).toMatchObject({ index: 0, startMs: 0, finishMs: { p50: 3_600_000 }, assumed: false })
    // a quarter of the host for an hour, four times
    expect(sum).toMatchObject({ cost: 1, hosts: 1, finishMs: 3_600_000, startMsMean: 0 })
    expect(plan).toMatchObject({ unplaced: [], asked: 2, silent: [] })
  })

  test('what a task costs is by whatever it takes most of, be it a declared resource', () => {
    const draft = new Draft()
    draft.members.add('p', { offer: offer({ priceMilli: 1_000, capacity: vector({ custom: { licence: 2 } }) }) })
    draft.ask([{ request: { ...emptyRequest(), custom: { licence: 1 } } }])
    const hour = { p50: 3_600_000, p90: 3_600_000 }
    const plan = draft.answer('p', { free: vector({ custom: { licence: 2 } }), durations: [hour] })
    expect(placingsOf(plan, 'cheap').sum).toMatchObject({ cost: 0.5 })
  })

  test('lets tasks wait for what runs and for what waits there already, those of higher priority first', () => {
    const draft = new Draft()
    draft.members.add('p', { offer: offer({ capacity: vector({ slots: 1 }) }) })
    draft.ask([{ priority: 'low' }, { priority: 'high' }, {}])
    const work = [
      { request: emptyRequest(), queued: false, gpuDevices: [], endsMs: 40 },
      { request: emptyRequest(), queued: true, gpuDevices: [], endsMs: 10 },
    ]
    const plan = draft.answer('p', { free: vector({ slots: 0 }), work })
    const { placings, sum } = placingsOf(plan, 'balanced')
    expect(placings.map(({ startMs }) => startMs)).toEqual([250, 50, 150])
    expect(placings[1]?.finishMs).toEqual({ p50: 150, p90: 250 })
    expect(sum).toMatchObject({ finishMs: 350, startMsMean: 150 })
  })

  test('takes a run of which nobody knows how long it takes to end when it was told to assume', () => {
    const draft = new Draft()
    draft.members.add('p', { offer: offer({ capacity: vector({ slots: 1 }) }) })
    draft.ask([{}], 700)
    const work = [{ request: emptyRequest(), queued: false, gpuDevices: [] }]
    const { placings } = placingsOf(draft.answer('p', { free: vector({ slots: 0 }), work }), 'fast')
    expect(placings).toMatchObject([{ startMs: 700 }])
  })

  test('takes what a host does not know from the others, and what nobody knows for as long as it was told to', () => {
    const draft = new Draft()
    for (const peer of ['p', 'q']) draft.members.add(peer)
    draft.ask([{ request: slots(3) }, { request: slots(3) }], 5_000)
    draft.answer('p', { durations: [{ p50: 0, p90: 0 }] })
    const known = placingsOf(draft.answer('q'), 'balanced').placings
    expect(known.map(({ finishMs, assumed }) => [finishMs.p50, assumed])).toEqual([
      [100, false],
      [100, false],
    ])
    const unknown = new Draft()
    unknown.members.add('p')
    unknown.ask([{}], 5_000)
    const [placed] = placingsOf(unknown.answer('p', { durations: [] }), 'balanced').placings
    expect(placed).toMatchObject({ finishMs: { p50: 5_000, p90: 5_000 }, assumed: true })
  })

  test('says of tasks that nobody can run why, and what would help, once for all objectives', () => {
    const draft = new Draft()
    draft.members.add('p')
    draft.members.add('away', { reachable: false, offer: offer({ labels: { zone: 'a' } }) })
    draft.ask([{ request: { ...emptyRequest(), cpuMilli: 64_000 } }, {}, { labels: { zone: 'a' } }])
    const plan = draft.answer('p')
    expect(placingsOf(plan, 'balanced').placings.map(({ index }) => index)).toEqual([1])
    expect(plan?.unplaced).toMatchObject([
      { index: 0, reasons: expect.arrayContaining([expect.objectContaining({ code: 'too-large', peers: 2 })]) },
      { index: 2, help: [{ code: 'reach', peers: ['away'] }] },
    ])
    expect(plan?.unplaced[0]?.help[0]).toMatchObject({ code: 'ask-less', what: 'cpuMilli', atMost: 4_000, hosts: 2 })
  })

  test('asks this host too, and answers at once where there is nobody to ask', () => {
    expect(only(new Draft(offer()).ask([{}]), 'send').map(({ to }) => to)).toEqual(['self'])
    const nobody = new Draft()
    nobody.ask([{}])
    expect(nobody.finished()).toMatchObject({ unplaced: [{ index: 0 }], asked: 0 })
    expect(nobody.now).toBeLessThan(10)
  })

  test('is made without those who do not answer in time, and without those who were not asked', () => {
    const draft = new Draft()
    for (const peer of ['p', 'q']) draft.members.add(peer)
    draft.ask([{}])
    expect(draft.answer('nobody')).toBeUndefined()
    expect(draft.answer('p')).toBeUndefined()
    expect(draft.answer('p', { free: vector({ slots: 0 }) })).toBeUndefined()
    draft.now = draft.planner.nextWakeup()!
    expect(draft.now).toBe(defaultMarketConfig.planMsMax)
    const plan = draft.finished()
    expect(plan).toMatchObject({ silent: ['q'], asked: 2 })
    expect(placingsOf(plan, 'balanced').placings).toMatchObject([{ peer: 'p', startMs: 0 }])
    expect(draft.answer('q')).toBeUndefined()
  })

  test('is bounded: so many at once, so many hosts asked; and ends with its client', () => {
    const draft = new Draft(noHost(), { plansMax: 2, planHostsMax: 10 })
    for (let i = 0; i < 30; i++) draft.members.add(`p${i}`)
    expect(only(draft.ask([{}]), 'send')).toHaveLength(10)
    draft.ask([{}])
    expect(only(draft.ask([{}]), 'planned')).toEqual([{ type: 'planned', client: 7, plan: undefined }])
    draft.step({ type: 'gone', client: 7 })
    expect(draft.planner.snapshot()).toEqual({ plans: 0 })
    expect(draft.planner.nextWakeup()).toBeUndefined()
  })

  test('fits a frame with every survey that it asks for', () => {
    const draft = new Draft()
    draft.members.add('p')
    const many = Array.from({ length: 256 }, (_, i) => ({ class: `class-${i}`.padEnd(256, 'x') }))
    const [sent] = only(draft.ask(many), 'send')
    const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
    const bytes = encodeFrame({ incarnation: 1, load, messages: [sent!.message] })
    expect(decodeFrame(bytes)).toMatchObject({ ok: true, value: { rejected: [] } })
  })
})
