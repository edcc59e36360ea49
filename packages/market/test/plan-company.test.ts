import { emptyRequest, QuotaRoom, TenantShares } from '@souk/kernel'
import { decodeFrame, encodeFrame, type MessageOf } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { Durations } from '../src/durations.ts'
import type { Plan } from '../src/index.ts'
import { surveyAnswer } from '../src/plan/survey.ts'
import { Draft, placingsOf } from './draft.ts'
import { Local, offer, vector } from './fixtures.ts'

const must = (group: string) => [{ group, required: true }]
const rather = (group: string) => [{ group, required: false }]
const run = (over: Partial<MessageOf<'surveyed'>['work'][number]> = {}) => {
  return { request: emptyRequest(), queued: false, gpuDevices: [], endsMs: 40, ...over }
}
/** Index, peer and start of each task that has a place. */
const starts = (plan: Plan | undefined) =>
  placingsOf(plan, 'balanced').placings.map(({ index, peer, startMs }) => [index, peer, startMs])

function draftOf(...peers: string[]): Draft {
  const draft = new Draft()
  for (const peer of peers) draft.members.add(peer)
  return draft
}

describe('a plan knows quotas', () => {
  const quotas = (tasks: number) => [{ tenant: 'tenant', quota: { tasks } }]

  test('of what is left and of what comes free as the tenant’s own tasks end', () => {
    const draft = draftOf('p')
    draft.ask([{}, {}, {}, { tenant: 'other' }])
    const plan = draft.answer('p', { quotas: quotas(1), work: [run({ tenant: 'tenant' })] })
    expect(starts(plan)).toEqual([
      [0, 'p', 0],
      [1, 'p', 40],
      [2, 'p', 100],
      [3, 'p', 0],
    ])
  })

  test('that hold for any tenant without one of its own', () => {
    const draft = draftOf('p')
    draft.ask([{}, {}])
    const plan = draft.answer('p', { quotas: [{ tenant: '*', quota: { tasks: 1 } }] })
    expect(starts(plan)).toEqual([
      [0, 'p', 0],
      [1, 'p', 100],
    ])
  })

  test('that never hold one: it has no place, and what waits for it has none either', () => {
    const draft = draftOf('p')
    draft.ask([{}, { afters: [0] }, { tenant: 'other' }])
    const plan = draft.answer('p', { quotas: quotas(0) })
    expect(starts(plan)).toEqual([[2, 'p', 0]])
    expect(plan?.unplaced).toMatchObject([
      {
        index: 0,
        reasons: [{ code: 'quota', never: true, shortage: { resource: 'tasks', available: 0, needed: 1 } }],
        help: [{ code: 'raise-quota', what: 'tasks' }],
      },
      { index: 1, why: 'after', reasons: [] },
    ])
  })
})

describe('a plan knows ties', () => {
  test('to what runs there: apart once that has ended, or elsewhere at once', () => {
    const alone = draftOf('p')
    alone.ask([{ apart: must('db') }, { group: 'x' }])
    const work = [run({ group: 'db', apart: must('x') })]
    expect(starts(alone.answer('p', { work }))).toEqual([
      [0, 'p', 40],
      [1, 'p', 40],
    ])
    const two = draftOf('p', 'q')
    two.ask([{ apart: must('db') }])
    two.answer('p', { work })
    expect(starts(two.answer('q'))).toEqual([[0, 'q', 0]])
  })

  test('among themselves: those that must be apart go one to a host, one after the other where there are no more', () => {
    const draft = draftOf('p', 'q')
    const db = { group: 'db', apart: must('db') }
    draft.ask([db, db, db])
    draft.answer('p')
    const placed = starts(draft.answer('q'))
    expect(new Set(placed.slice(0, 2).map(([, peer]) => peer))).toEqual(new Set(['p', 'q']))
    expect(placed.map(([, , startMs]) => startMs)).toEqual([0, 0, 100])
  })

  test('to what has to be there first, also where that has no place yet when it is looked at', () => {
    const draft = draftOf('p', 'q')
    draft.ask([{ near: must('cache') }, { group: 'cache', afters: [2] }, {}])
    draft.answer('p')
    const plan = draft.answer('q')
    const [, cache] = placingsOf(plan, 'balanced').placings
    expect(starts(plan)[0]).toEqual([0, cache?.peer, 100])
  })

  test('that nothing meets: it has no place, and is told what is missing', () => {
    const draft = draftOf('p')
    draft.ask([{ near: must('cache') }])
    const plan = draft.answer('p')
    expect(starts(plan)).toEqual([])
    expect(plan?.unplaced).toMatchObject([{ index: 0, reasons: [{ code: 'not-near' }], help: [{ code: 'untie' }] }])
  })

  test('that are preferred, where there is a choice', () => {
    const draft = draftOf('p', 'q')
    draft.ask([{ near: rather('cache') }])
    draft.answer('p')
    expect(starts(draft.answer('q', { work: [run({ group: 'cache' })] }))).toEqual([[0, 'q', 0]])
  })
})

describe('a plan knows ties by zone', () => {
  const db = { group: 'zone:db', apart: must('zone:db') }
  function zones(): Draft {
    const draft = new Draft()
    for (const [peer, zone] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      draft.members.add(peer, { offer: offer({ labels: { zone } }) })
    return draft
  }

  test('one to a zone, and the next once what is in one of them has ended', () => {
    const draft = zones()
    draft.ask([db, db, db])
    draft.answer('a1')
    draft.answer('a2', { work: [run({ group: 'zone:db' })] })
    expect(starts(draft.answer('b1')).map(([index, peer, startMs]) => [index, `${peer}`[0], startMs])).toEqual([
      [0, 'b', 0],
      [1, 'a', 40],
      [2, 'b', 100],
    ])
  })

  test('near what runs elsewhere in the zone, also at a host that can run none of them', () => {
    const draft = zones()
    draft.members.add('a2', { offer: offer({ labels: { zone: 'a' }, executors: [] }) })
    const surveys = draft.ask([{ near: must('zone:cache') }, { near: must('zone:nowhere') }])
    expect(surveys.length).toBe(3)
    draft.answer('a1')
    draft.answer('a2', { work: [run({ group: 'zone:cache' })] })
    const plan = draft.answer('b1')
    expect(starts(plan)).toEqual([[0, 'a1', 0]])
    expect(plan?.unplaced.map(({ index }) => index)).toEqual([1])
    expect(plan?.unplaced[0]?.reasons.map(({ code }) => code).toSorted()).toEqual(['executor-not-allowed', 'not-near'])
  })
})

describe('a plan knows an order', () => {
  test('a task starts once all that it waits for have ended, whatever its priority', () => {
    const draft = draftOf('p')
    draft.ask([{ afters: [1, 2], priority: 'high' }, {}, { afters: [1] }, {}])
    expect(starts(draft.answer('p'))).toEqual([
      [0, 'p', 200],
      [1, 'p', 0],
      [2, 'p', 100],
      [3, 'p', 0],
    ])
  })

  test('those that wait for each other, which nobody should ask for, have no place', () => {
    const draft = draftOf('p')
    draft.ask([{ afters: [1] }, { afters: [0] }, {}])
    const plan = draft.answer('p')
    expect(starts(plan)).toEqual([[2, 'p', 0]])
    expect(plan?.unplaced.map(({ index, why }) => [index, why])).toEqual([
      [0, 'after'],
      [1, 'after'],
    ])
  })

  const two = (over = {}) => [0, 1].map((rank) => ({ rank, ...over }))
  const cpus = (cpuMilli: number) => ({ request: { ...emptyRequest(), cpuMilli } })

  test('members of a gang start at one time, once all of them have room, and what is free until then is used', () => {
    const draft = draftOf('p', 'q')
    draft.ask([...two(cpus(3_000)), cpus(1_000), { ...cpus(4_000), afters: [0] }])
    draft.answer('p')
    const work = [run({ request: { ...emptyRequest(), cpuMilli: 4_000 } })]
    const plan = draft.answer('q', { free: vector({ cpuMilli: 0 }), work })
    expect(starts(plan)).toEqual([
      [0, 'p', 40],
      [1, 'q', 40],
      [2, 'p', 0],
      [3, expect.anything(), 140],
    ])
    expect(plan?.unplaced).toEqual([])
  })

  test('a gang of short runs starts once long work has ended, however short they are', () => {
    const draft = draftOf('p')
    draft.ask(two(cpus(2_000)))
    const work = [run({ request: { ...emptyRequest(), cpuMilli: 2_000 }, endsMs: 600_000 })]
    const plan = draft.answer('p', { free: vector({ cpuMilli: 2_000 }), work, durations: [{ p50: 1_000, p90: 1_000 }] })
    expect(starts(plan)).toEqual([
      [0, 'p', 600_000],
      [1, 'p', 600_000],
    ])
  })

  test('a gang that was not looked at to the end is not said to have room never, and what waits for it has no place', () => {
    const draft = new Draft(undefined, { planGangTriesMax: 1 })
    draft.members.add('p')
    draft.ask([...two(cpus(2_000)), { afters: [0] }])
    const work = [run({ request: { ...emptyRequest(), cpuMilli: 2_000 } })]
    const plan = draft.answer('p', { free: vector({ cpuMilli: 2_000 }), work })
    expect(plan?.unplaced).toEqual([
      { index: 0, why: 'gang-unsettled', reasons: [], help: [] },
      { index: 1, why: 'gang-unsettled', reasons: [], help: [] },
      { index: 2, why: 'after', reasons: [], help: [] },
    ])
  })

  test('those that must be apart are on hosts of their own, and go where few hosts have them otherwise', () => {
    const apart = { group: 'db', apart: must('db') }
    const draft = draftOf('p', 'q')
    draft.ask(two(apart))
    draft.answer('p')
    expect(starts(draft.answer('q')).map(([, peer]) => peer)).toEqual(['p', 'q'])
    const plain = draftOf('p', 'q')
    plain.ask(two())
    plain.answer('p', { free: vector({ slots: 1 }) })
    expect(starts(plain.answer('q')).map(([, peer]) => peer)).toEqual(['q', 'q'])
  })

  test('of a gang that never has room all at once none has a place, nor what waits for it', () => {
    const draft = draftOf('p')
    draft.ask([...two(cpus(3_000)), cpus(3_000), { afters: [0] }])
    const plan = draft.answer('p')
    expect(starts(plan)).toEqual([[2, 'p', 0]])
    const shortage = { resource: 'together', available: 1, needed: 2 }
    expect(plan?.unplaced[0]?.reasons).toMatchObject([{ code: 'too-large', never: true, shortage }])
    expect(plan?.unplaced.map(({ index, why, help }) => [index, why, help.map(({ code }) => code)])).toEqual([
      [0, 'gang', ['add-host']],
      [1, 'gang', ['add-host']],
      [3, 'after', []],
    ])
  })

  test('a gang of which some are not there, or that are not alike, is not planned', () => {
    for (const gang of [
      two({ size: 3 }),
      [{ rank: 0 }, { rank: 1, priority: 'low', ...cpus(7) }],
      [{ rank: 0 }, { rank: 0 }],
    ]) {
      const draft = draftOf('p')
      draft.ask([...(gang as { rank: number }[]), {}])
      const plan = draft.answer('p')
      expect(starts(plan)).toEqual([[2, 'p', 0]])
      expect(plan?.unplaced.map(({ index, why }) => [index, why])).toEqual([
        [0, 'gang-part'],
        [1, 'gang-part'],
      ])
    }
  })
})

test('a host tells tenants and ties of what is there only where they matter, and all of it fits a frame', () => {
  const local = new Local(offer())
  const survey = { t: 'survey' as const, plan: 1, classes: ['noop'] }
  const answer = () => surveyAnswer(survey, { local, durations: new Durations(4) }, 0)
  const plain = { class: 'noop', request: emptyRequest(), startedMs: 0, tenant: 'lab', ties: {} }
  local.theWork = [plain]
  expect(answer()).not.toHaveProperty('quotas')
  expect(answer().work).toEqual([{ request: emptyRequest(), queued: true, gpuDevices: [] }])
  local.theQuotas = new QuotaRoom({ lab: { tasks: 2 } }, new TenantShares())
  const ties = {
    group: 'g'.repeat(64),
    near: Array.from({ length: 8 }, (_, i) => ({ group: `${i}`.repeat(64), required: true })),
  }
  local.theWork = Array.from({ length: 128 }, () => ({
    ...plain,
    tenant: 'l'.repeat(256),
    ties: { ...ties, apart: ties.near },
  }))
  expect(answer().quotas).toEqual([{ tenant: 'lab', quota: { tasks: 2 } }])
  expect(answer().work[0]).toMatchObject({ tenant: 'l'.repeat(256), group: ties.group })
  const load = { seq: 1, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  const bytes = encodeFrame({ incarnation: 1, load, messages: [{ ...answer(), free: vector() }] })
  expect(decodeFrame(bytes)).toMatchObject({ ok: true, value: { rejected: [] } })
})
