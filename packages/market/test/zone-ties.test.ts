import type { Ties, ZoneWord } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { decideTies, defaultMarketConfig, ZoneClaims } from '../src/index.ts'
import { decideZone, excludes, isZoned, needsAgreement, unmetInZone, zoneWordOf } from '../src/zone-ties.ts'
import { Booth } from './booth.ts'
import { offer, only, shape } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const must = (...groups: string[]) => groups.map((group) => ({ group, required: true }))
const rather = (...groups: string[]) => groups.map((group) => ({ group, required: false }))
const replica = { group: 'zone:db', apart: must('zone:db') }

describe('what a zone allows', () => {
  test.each<[string, Ties[], Ties, string | undefined]>([
    ['nothing is there', [], replica, undefined],
    ['one of the group is', [{ group: 'zone:db' }], replica, 'not-apart'],
    ['one is that only its host sees', [{ group: 'db' }], replica, undefined],
    ['what is there must be apart from it', [{ apart: must('zone:db') }], { group: 'zone:db' }, 'not-apart'],
    ['what is there would rather be apart from it', [{ apart: rather('zone:db') }], { group: 'zone:db' }, undefined],
    ['what it must be near is', [{ group: 'zone:cache' }], { near: must('zone:cache') }, undefined],
    ['what it must be near is not', [{ group: 'zone:db' }], { near: must('zone:cache') }, 'not-near'],
    ['it must only be apart on its host', [{ group: 'zone:db' }], { apart: must('db') }, undefined],
  ])('where %s', (_, present, wanted, code) => {
    const words = [zoneWordOf([], wanted), zoneWordOf(present, wanted)]
    expect(decideZone(wanted, words, 'zone a')?.code).toBe(code)
  })

  test('a zone that one of its hosts has promised is refused for a moment', () => {
    expect(decideZone(replica, [{ there: [] }, { there: [], held: true }], 'zone a')).toMatchObject({
      code: 'reserved',
      never: false,
      detail: 'zone a is promised to another for a moment',
    })
  })

  test('what is preferred counts in thousandths of all that is preferred', () => {
    const wanted = { near: rather('zone:cache', 'cache'), apart: rather('zone:db') }
    expect(unmetInZone(wanted, [{ there: [] }])).toBe(333)
    expect(unmetInZone(wanted, [{ there: ['zone:cache'] }, { there: ['zone:db'] }])).toBe(333)
    expect(unmetInZone(replica, [{ there: ['zone:db'] }])).toBe(0)
  })

  test('which tasks need it, and which two exclude each other', () => {
    expect([replica, { group: 'db', apart: must('db') }, { near: must('zone:x') }].map(isZoned)).toEqual([
      true,
      false,
      true,
    ])
    expect(
      [replica, { group: 'zone:x' }, { near: must('zone:x') }, { apart: rather('zone:x') }].map(needsAgreement),
    ).toEqual([true, true, false, false])
    expect(excludes(replica, replica)).toBe(true)
    expect(excludes({ group: 'zone:db' }, { apart: must('zone:db') })).toBe(true)
    expect(excludes({ group: 'zone:db' }, { group: 'zone:db' })).toBe(false)
  })

  test('on its own host a tie by zone keeps apart whatever has the name, and the host sees who its zone sees', () => {
    expect(decideTies([{ group: 'db' }], replica)?.code).toBe('not-apart')
    expect(decideTies([{ group: 'zone:cache' }], { near: must('cache') })).toBeUndefined()
    expect(decideTies([], { near: must('zone:cache') })).toBeUndefined()
  })
})

describe('a host gives its word', () => {
  const a = { asker: 'a', lot: 1 }
  const b = { asker: 'b', lot: 1 }
  const wanted = shape(replica)

  test('to one of those that exclude each other, until its time is over or it is given back', () => {
    const claims = new ZoneClaims(defaultMarketConfig)
    expect(claims.word(a, wanted, [], 0)).toEqual({ there: [] })
    expect(claims.word(b, wanted, [], 999)).toEqual({ there: [], held: true })
    expect(claims.word(b, shape({ group: 'zone:web' }), [], 999).held).toBeUndefined()
    expect(claims.word({ asker: 'b', lot: 2 }, wanted, [], 1_000).held).toBeUndefined()
    claims.giveUp({ asker: 'b', lot: 2 })
    expect(claims.word({ asker: 'c', lot: 1 }, wanted, [], 1_001).held).toBeUndefined()
  })

  test('and takes a task only by it: once, in time, from whom it was given to', () => {
    const claims = new ZoneClaims(defaultMarketConfig)
    claims.word(a, wanted, [], 10.5)
    const offered = { path: ['a'], offeredMs: 10 }
    expect(claims.admits(offered, wanted, 500)).toBe(true)
    expect(claims.admits({ ...offered, path: ['b'] }, wanted, 500)).toBe(false)
    expect(claims.admits({ ...offered, offeredMs: 11 }, wanted, 500)).toBe(false)
    expect(claims.admits(offered, shape({ group: 'zone:db' }), 500)).toBe(false)
    expect(claims.admits(offered, wanted, 1_011)).toBe(false)
    claims.word(a, wanted, [], 2_000)
    claims.arrived({ path: ['a'], offeredMs: 2_000 }, wanted, false, 2_100)
    expect(claims.admits({ path: ['a'], offeredMs: 2_000 }, wanted, 2_101)).toBe(false)
    expect(claims.snapshot()).toEqual([])
  })

  test('for longer where the task has come and waits for leave to begin', () => {
    const claims = new ZoneClaims(defaultMarketConfig)
    claims.word(a, wanted, [], 0)
    claims.arrived({ path: ['a'], offeredMs: 0 }, wanted, true, 900)
    expect(claims.word(b, wanted, [], 3_000).held).toBe(true)
  })

  test('to a bounded number of each asker and of all, and nobody twice by one number', () => {
    const claims = new ZoneClaims(defaultMarketConfig)
    const web = shape({ group: 'zone:web' })
    const words = Array.from({ length: 65 }, (_, lot) => claims.word({ asker: 'a', lot }, web, [], 0))
    expect(words.findIndex(({ full }) => full)).toBe(64)
    expect(decideZone({ group: 'zone:web' }, words, 'zone a')?.code).toBe('rate-limited')
    expect(claims.word(b, web, [], 0)).toEqual({ there: [] })
    for (let i = 0; i < 1_100; i++) claims.word({ asker: `liar ${i}`, lot: 1 }, web, [], 0)
    expect(claims.snapshot()).toHaveLength(1_024)
    expect(claims.word({ asker: 'c', lot: 1 }, web, [], 0).full).toBe(true)
    expect(claims.word({ asker: 'c', lot: 1 }, web, [], 1_000).full).toBeUndefined()
    const others = new ZoneClaims(defaultMarketConfig)
    others.word(a, shape({ group: 'zone:web' }), [], 0)
    expect(others.word(a, shape({ group: 'zone:web' }), [], 1).held).toBe(true)
  })

  test('also where it can run none of them itself, and gives it back when the auction is over', () => {
    const booth = new Booth(offer({ executors: [] }))
    const ask = (from: string, lot: number) => {
      const message = { lot, shape: wanted, count: 1, priority: 'medium', expectedMs: 0, expectedMsP90: 0 } as const
      return only(booth.step({ type: 'asked', from, message: { t: 'quote', ...message } }), 'send')[0]?.message
    }
    booth.members.add('mate', { offer: offer({ labels: { zone: booth.members.zone } }) })
    expect(ask('a', 1)).toMatchObject({ t: 'noBid', zone: { there: [], hosts: 2 } })
    expect(ask('b', 1)).toMatchObject({ t: 'noBid', zone: { held: true } })
    booth.step({ type: 'over', from: 'a', lot: 1 })
    expect(ask('b', 2)).toMatchObject({ t: 'noBid', zone: { there: [] } })
  })
})

describe('a bearer of tasks that are tied by zone', () => {
  const inZone = (zone: string) => ({ offer: offer({ labels: { zone } }) })
  const free = { there: [] }
  /** Hosts a1 and a2 of zone a, and b1 of zone b. */
  function stall(): Stall {
    const made = new Stall()
    made.members.add('a1', inZone('a')).add('a2', inZone('a')).add('b1', inZone('b'))
    return made
  }
  const says = (made: Stall, from: string, zone: ZoneWord | undefined) =>
    made.step({
      type: 'message',
      from,
      message: {
        ...{ t: 'bid', lot: made.lot, offeredMs: 7 },
        terms: {
          count: 3,
          startMs: 0,
          finishMs: { p50: 0, p90: 0 },
          fragMilli: 0,
          usedMilli: 0,
          priceMilli: 0,
          warm: false,
          loadSeq: 1,
        },
        ...(zone ? { zone } : {}),
      },
    })

  test('asks whole zones, places one in each, and gives the others their word back', () => {
    const made = stall()
    expect(asked(made.wait(['x', 'y', 'z'], replica)).toSorted()).toEqual(['a1', 'a2', 'b1'])
    says(made, 'a1', free)
    says(made, 'a2', free)
    const effects = says(made, 'b1', free)
    const given = awards(effects)
    expect(given.map(([peer]) => peer[0]).toSorted()).toEqual(['a', 'b'])
    expect(given.map(([, tasks]) => tasks.length)).toEqual([1, 1])
    expect(only(effects, 'award').flatMap(({ alternates }) => alternates)).toEqual([])
    const over = only(effects, 'send').flatMap(({ to, message }) => (message.t === 'over' ? [to] : []))
    expect(over).toContain(given.some(([peer]) => peer === 'a1') ? 'a2' : 'a1')
    expect(made.held).toBe(1)
  })

  test.each([
    ['one of its hosts has not answered', undefined],
    ['one of its hosts does not know zones', 'old'],
    ['one of its hosts has some of the group', { there: ['zone:db'] }],
    ['one of its hosts has promised it', { there: [], held: true as const }],
    ['one of its hosts gives this asker no more words', { there: [], full: true as const }],
    ['one of its hosts knows a third, of which its asker has not heard', { there: [], hosts: 3 }],
  ])('leaves a zone alone where %s, and says so', (_, word) => {
    const made = stall()
    made.wait(['x'], { ...replica, where: 'zone == a' })
    says(made, 'a1', free)
    const last = word === undefined ? made.pass(100) : says(made, 'a2', typeof word === 'string' ? undefined : word)
    expect(awards(last)).toEqual([])
    const [waits] = only(last, 'waits')
    expect(waits?.decision.reasons.map(({ code }) => code)).toContainEqual(
      expect.stringMatching(/not-apart|not-reachable|reserved|rate-limited/),
    )
  })

  test('says that it asks for too much where its own host gives it no more words', () => {
    const web = { group: 'zone:web' }
    const made = stall()
    made.members.zone = 'a'
    for (let lot = 100; lot < 164; lot++) made.claims.word({ asker: 'self', lot }, shape(web), [], made.now)
    made.wait(['x'], { ...web, where: 'zone == a' })
    says(made, 'a1', free)
    const [waits] = only(says(made, 'a2', free), 'waits')
    const codes = waits?.decision.reasons.map(({ code }) => code)
    expect(codes).toContain('rate-limited')
    expect(codes).not.toContain('reserved')
  })

  test('asks no zone with a host that it cannot reach, which may run some', () => {
    const made = stall()
    made.members.add('a2', { ...inZone('a'), reachable: false })
    expect(asked(made.wait(['x'], replica))).toEqual(['b1'])
  })

  test('asks again at no fixed period, so that two that get in each other’s way do not do so for ever', () => {
    const made = stall()
    made.wait(['x'], { ...replica, where: 'zone == a' })
    const asks: number[] = []
    while (asks.length < 24) {
      if (asked(made.pass(1)).length > 0) asks.push(made.now)
    }
    // By then the pauses have reached their maximum.
    const pauses = asks.slice(-16).map((at, i, all) => at - (all[i - 1] ?? NaN))
    expect(new Set(pauses.slice(1)).size).toBeGreaterThan(10)
    expect(Math.max(...pauses.slice(1))).toBeLessThan(1_200)
  })
})
