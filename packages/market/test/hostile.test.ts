import { emptyRequest, type ResourceRequest } from '@souk/kernel'
import { type BidTerms, decodeFrame, encodeFrame, type Message, type MessageOf, type TaskSpec } from '@souk/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  type AuctioneerEffect,
  defaultGangConfig,
  defaultMarketConfig,
  Packing,
  Planner,
  type PlannerEffect,
  Reservations,
  type ReservationsEffect,
} from '../src/index.ts'
import { Booth } from './booth.ts'
import { Local, Members, offer, only, prng, shape, spec, vector } from './fixtures.ts'
import { Stall } from './stall.ts'

const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }

/** Expects that every receiver would take these messages: they are within their schemas. */
function expectSound(messages: readonly Message[]): void {
  for (const message of messages) {
    const decoded = decodeFrame(encodeFrame({ incarnation: 1, load, messages: [message] }))
    expect(decoded).toMatchObject({ ok: true, value: { rejected: [] } })
  }
}

/** The bounds of a field, and values between. */
const ends = (most: number, least = 0) => fc.constantFrom(least, 1, Math.floor(most / 2), most)
const gpu = fc.record({ count: ends(1024), milli: ends(1000) }, { noNullPrototype: true })
const custom = fc.dictionary(fc.constantFrom('licence', 'constructor', 'toString'), ends(2 ** 52), {
  noNullPrototype: true,
})
const amounts = { cpuMilli: ends(2 ** 52), memoryBytes: ends(2 ** 52), diskBytes: ends(2 ** 52) }
const request: fc.Arbitrary<ResourceRequest> = fc.record(
  { ...amounts, networkMbps: ends(2 ** 52), slots: ends(2 ** 52, 1), gpu, custom },
  { noNullPrototype: true },
)
const free = fc.record(
  {
    ...{ ...amounts, networkMbps: ends(2 ** 52), slots: ends(2 ** 52), custom },
    gpuMilli: fc.array(ends(1000), { maxLength: 40 }),
  },
  { noNullPrototype: true },
)
const quantiles = fc.record({ p50: ends(2 ** 40), p90: ends(2 ** 40) }, { noNullPrototype: true })

const bids: fc.Arbitrary<BidTerms> = fc.record(
  {
    count: ends(1024),
    startMs: ends(2 ** 40),
    finishMs: quantiles,
    fragMilli: ends(2 ** 31, -(2 ** 31)),
    usedMilli: ends(1000),
    priceMilli: ends(Number.MAX_SAFE_INTEGER),
    warm: fc.boolean(),
    racedMilli: ends(2 ** 31),
    unmetMilli: ends(1000),
    loadSeq: ends(2 ** 32),
    alternative: ends(4),
  },
  { noNullPrototype: true },
)

describe('whatever others say within the bounds of the wire', () => {
  test('bids are weighed, and what follows from them is sound', () => {
    const objective = fc.constantFrom('balanced', 'fast', 'pack', 'spread', 'cheap' as const)
    fc.assert(
      fc.property(bids, bids, objective, fc.boolean(), (one, other, goal, choice) => {
        const stall = Stall.among('p', 'q')
        const over: Partial<TaskSpec> = choice ? { alternatives: [{ ...emptyRequest(), cpuMilli: 1 }] } : {}
        const out: AuctioneerEffect[] = stall.wait(['a', 'b'], { ...over, objective: goal })
        out.push(...stall.bid('p', one), ...stall.bid('q', other), ...stall.pass(200))
        expect(stall.held + only(out, 'award').flatMap(({ tasks }) => tasks).length).toBe(2)
        expectSound(only(out, 'send').map(({ message }) => message))
        const ballot = { counter: 1, peer: 'p', incarnation: 1 }
        for (const { decision } of [...only(out, 'award'), ...only(out, 'waits')])
          expectSound([{ t: 'decided', tasks: [{ task: 'a'.repeat(24), ballot }], decision }])
      }),
    )
  })

  test('a bid for an alternative that was never asked for gets nothing', () => {
    const stall = Stall.among('p')
    stall.wait(['a'])
    expect(only(stall.bid('p', { alternative: 3 }), 'award')).toEqual([])
  })

  test('quotes are answered soundly', () => {
    const asked = fc.record({ request, more: request, count: ends(1024, 1), ms: ends(2 ** 40), dueInMs: ends(2 ** 41) })
    fc.assert(
      fc.property(asked, free, ({ request: first, more, count, ms, dueInMs }, left) => {
        const booth = new Booth(offer({ capacity: vector({ gpuMilli: [1000, 500], custom: { licence: 2 } }) }))
        booth.local.theFree = left
        booth.step({ type: 'duration', class: 'noop', alternative: 0, runMs: Number.MAX_SAFE_INTEGER })
        const sent = booth.quote({ request: first, alternatives: [more], where: 'no = (' }, count, {
          ...{ expectedMs: ms, expectedMsP90: 0, dueInMs },
        })
        const plain = booth.quote({ request: first, alternatives: [more] }, count, { expectedMs: ms, dueInMs })
        expect(sent?.message).toMatchObject({ t: 'noBid', refusal: { code: 'where-invalid' } })
        expectSound([sent!.message, plain!.message])
      }),
    )
  })

  test('a class that is said to take for ever, and a deadline that never comes, are asked about soundly', () => {
    const stall = Stall.among('p')
    const out = stall.wait(['a'], { expectedMs: 2 ** 40, deadlineMs: 2 ** 40 })
    const late = { ...only(out, 'send')[0]!.message }
    expect(late).toMatchObject({ t: 'quote', expectedMs: 2 ** 40, expectedMsP90: 2 ** 40 })
    const far = Stall.among('p')
    const record = { id: 'a', origin: 'p', custodians: ['p'], version: 1, submittedWallMs: Number.MAX_SAFE_INTEGER }
    const task = { ...spec(), deadlineMs: 2 ** 40 }
    far.step({ type: 'waiting', record: { ...record, spec: task } })
    const asks = only(far.wake(), 'send').map(({ message }) => message)
    expect(asks).toMatchObject([{ t: 'quote', dueInMs: 2 ** 41 }])
    expectSound([late, ...asks])
  })

  test('a host that asks for work gets no more than its advert holds and the quotas it tells', () => {
    const quota = fc.record({ tasks: ends(2 ** 52), slots: ends(2 ** 52) }, { requiredKeys: [], noNullPrototype: true })
    const quotas = fc.array(
      fc.record({ tenant: fc.constantFrom('tenant', '*', '__proto__', 'other'), quota }, { noNullPrototype: true }),
      { maxLength: 3 },
    )
    const asked = fc.record({ free, count: ends(256, 1), concurrent: ends(256), quotas })
    fc.assert(
      fc.property(asked, (over) => {
        const stall = new Stall()
        stall.members.add('p', { reachable: false })
        for (let i = 0; i < 9; i++) stall.wait([`t${i}`], { request: { ...emptyRequest(), cpuMilli: 1 } })
        stall.members.add('p')
        const out = stall.wanted('p', over)
        const given = only(out, 'award').flatMap(({ tasks }) => tasks).length
        expect(given).toBeLessThanOrEqual(Math.min(4, over.count))
        expect(given + stall.held).toBe(9)
        expectSound(only(out, 'send').map(({ message }) => message))
      }),
    )
  })

  test('room is kept for gangs within what there is, whatever is asked', () => {
    const reserve = fc.record(
      {
        ...{ round: ends(2 ** 32), count: ends(64), patient: fc.boolean(), sinceWallMs: ends(Number.MAX_SAFE_INTEGER) },
        gang: fc.constantFrom('g', 'h', '__proto__'),
        request,
      },
      { noNullPrototype: true },
    )
    fc.assert(
      fc.property(fc.array(reserve, { maxLength: 12 }), (asks) => {
        const local = new Local(offer())
        const packing = new Packing(defaultMarketConfig, local)
        const reservations = new Reservations(defaultGangConfig, { members: new Members(), local, packing })
        const out: ReservationsEffect[] = []
        for (const { request: wanted, ...ask } of asks) {
          const message = { t: 'reserve' as const, ...ask, shape: shape({ request: wanted }) }
          const effects: ReservationsEffect[] = []
          reservations.step({ type: 'message', from: 'p', message }, 0, effects)
          for (const hold of only(effects, 'hold')) local.start(hold.request)
          out.push(...effects)
        }
        expect(Math.min(local.theFree.slots, local.theFree.cpuMilli)).toBeGreaterThanOrEqual(0)
        expectSound(only(out, 'send').map(({ message }) => message))
      }),
    )
  })

  test('a plan is made of what hosts tell, in whole numbers that can be read', () => {
    const work = fc.record(
      {
        ...{ request, queued: fc.boolean(), endsMs: ends(2 ** 40) },
        gpuDevices: fc.array(ends(1023), { maxLength: 4 }),
      },
      { requiredKeys: ['request', 'queued', 'gpuDevices'], noNullPrototype: true },
    )
    const told = fc.record({ free, work: fc.array(work, { maxLength: 6 }), durations: fc.array(quantiles) })
    fc.assert(
      fc.property(told, request, (answer, wanted) => {
        const members = new Members().add('p', { offer: offer({ capacity: vector({ gpuMilli: [1000, 1000] }) }) })
        const local = new Local(offer({ executors: [] }))
        const packing = new Packing(defaultMarketConfig, local)
        const planner = new Planner(defaultMarketConfig, { self: 'self', prng: prng(), members, local, packing })
        const out: PlannerEffect[] = []
        const tasks = [{ shape: shape({ alternatives: [wanted] }), priority: 'medium' as const }]
        planner.step({ type: 'plan', client: 1, tasks, assumedMs: 10 }, 0, out)
        const message: MessageOf<'surveyed'> = { t: 'surveyed', plan: 1, ...answer }
        planner.step({ type: 'message', from: 'p', message }, 0, out)
        for (let due = planner.nextWakeup(); due !== undefined; due = planner.nextWakeup())
          planner.step({ type: 'wake' }, due, out)
        const [planned] = only(out, 'planned')
        for (const { placings, sum } of planned!.plan!.objectives) {
          for (const { startMs, cost } of placings) expect(Number.isFinite(startMs + cost)).toBe(true)
          expect(Object.values(sum).every(Number.isFinite)).toBe(true)
        }
      }),
    )
  })

  test('a host that owes more kinds than a message may name says only what it has', () => {
    const booth = new Booth()
    const many = Array.from({ length: 200 }, (_, i): [string, number] => [`n${i}`, i < 3 ? 2 : -1])
    booth.local.theFree = vector({ custom: Object.fromEntries(many) })
    const survey = { t: 'survey' as const, plan: 1, classes: ['noop'] }
    const [surveyed] = only(booth.step({ type: 'asked', from: 'p', message: survey }), 'send')
    expect(surveyed?.message).toMatchObject({ free: { custom: { n0: 2, n1: 2, n2: 2 } } })
    expectSound([surveyed!.message])
  })
})
