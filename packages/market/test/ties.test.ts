import { describe, expect, test } from 'vitest'
import { Bidder, type BidderEffect, decideTies, defaultMarketConfig, Packing, ZoneClaims } from '../src/index.ts'
import { scoringOf } from '../src/scoring.ts'
import { isMulti, shapeKey } from '../src/shape.ts'
import { countTogether, unmetMilli } from '../src/ties.ts'
import { Loads, Local, Members, offer, only, prng, shape, terms } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

const must = (...groups: string[]) => groups.map((group) => ({ group, required: true }))
const rather = (...groups: string[]) => groups.map((group) => ({ group, required: false }))

describe('whether a host may have a task beside what is there', () => {
  test.each([
    ['nothing is tied', [], {}, undefined],
    ['it must be apart from what is not there', [{ group: 'web' }], { apart: must('db') }, undefined],
    ['it must be apart from what is there', [{ group: 'db' }], { apart: must('db') }, 'not-apart'],
    ['what is there must be apart from it', [{ apart: must('db') }], { group: 'db' }, 'not-apart'],
    ['what is there would rather be apart from it', [{ apart: rather('db') }], { group: 'db' }, undefined],
    ['it must be near what is there', [{ group: 'cache' }], { near: must('cache') }, undefined],
    ['it must be near what is not there', [{ group: 'db' }], { near: must('cache') }, 'not-near'],
    ['it would rather be near what is not there', [], { near: rather('cache') }, undefined],
  ])('where %s', (_, present, wanted, code) => {
    const refusal = decideTies(present, wanted)
    expect(refusal?.code).toBe(code)
    // The tasks there may end, so it is never a refusal for ever.
    if (refusal) expect(refusal.never).toBe(false)
  })

  test('what is preferred is counted in thousandths that are not so, and is dearer in the score', () => {
    const wanted = { near: rather('cache', 'db'), apart: [...rather('web'), ...must('batch')] }
    expect(unmetMilli([], wanted)).toBe(667)
    expect(unmetMilli([{ group: 'cache' }, { group: 'db' }], wanted)).toBe(0)
    expect(unmetMilli([{ group: 'web' }], wanted)).toBe(1000)
    expect(unmetMilli([], { apart: must('db') })).toBe(0)
    const score = (unmet: number) => scoringOf(shape(), defaultMarketConfig).of(terms({ unmetMilli: unmet })).score
    expect(score(0)).toBeLessThan(score(667))
  })

  test('those that must be apart from their own group go one to a host', () => {
    expect(countTogether({ group: 'db', apart: must('db') })).toBe(1)
    expect(countTogether({ group: 'db', apart: rather('db') })).toBe(Infinity)
  })

  test('ties are part of the shape, and more hosts are asked for company that few may have', () => {
    expect(
      new Set([{}, { group: 'a' }, { near: must('a') }, { near: rather('a') }].map((over) => shapeKey(shape(over))))
        .size,
    ).toBe(4)
    expect(isMulti(shape({ near: must('a') }))).toBe(true)
  })
})

describe('a bid', () => {
  function answer(theTies: Local['theTies'], over: Parameters<typeof shape>[0]) {
    const local = new Local(offer())
    local.theTies = theTies
    const packing = new Packing(defaultMarketConfig, local)
    const bearers = { waiting: () => [] }
    const claims = new ZoneClaims(defaultMarketConfig)
    const modules = { prng: prng(), members: new Members(), local, bearers, loads: new Loads(), packing, claims }
    const out: BidderEffect[] = []
    const quote = {
      t: 'quote',
      lot: 1,
      shape: shape(over),
      count: 3,
      priority: 'medium',
      expectedMs: 0,
      expectedMsP90: 0,
    } as const
    new Bidder(defaultMarketConfig, modules).step({ type: 'asked', from: 'asker', message: quote }, 0, out)
    return only(out, 'send')[0]?.message
  }

  test('is refused where the company is wrong, offers one where one is all there may be, and tells what is preferred', () => {
    expect(answer([{ group: 'db' }], { apart: must('db') })).toMatchObject({
      t: 'noBid',
      refusal: { code: 'not-apart', detail: 'db is there' },
    })
    expect(answer([], { group: 'db', apart: must('db') })).toMatchObject({ t: 'bid', terms: { count: 1 } })
    expect(answer([], { near: rather('cache') })).toMatchObject({ terms: { count: 3, unmetMilli: 1000 } })
    expect(answer([{ group: 'cache' }], { near: rather('cache') })).not.toHaveProperty('terms.unmetMilli')
  })
})

describe('a bearer with tied tasks', () => {
  const replicas = { group: 'db', apart: must('db') }

  test('keeps one here and asks for the others elsewhere, though there is room for all', () => {
    const stall = new Stall({ host: offer() })
    stall.members.add('p').add('q')
    const effects = stall.wait(['a', 'b', 'c'], replicas)
    expect(only(effects, 'keep').map(({ tasks }) => tasks)).toEqual([['a']])
    stall.local.theTies = [replicas]
    stall.bid('p')
    expect(awards(stall.bid('q')).map(([, tasks]) => tasks.length)).toEqual([1, 1])
  })

  test('keeps no two of different kinds here in one step that must be apart', () => {
    const stall = new Stall({ host: offer() })
    stall.add('a', { class: 'one', ...replicas })
    stall.add('b', { class: 'two', group: 'db' })
    expect(only(stall.wake(), 'keep').flatMap(({ tasks }) => tasks)).toEqual(['a'])
  })

  test('asks others first where this host lacks the company that is preferred, and keeps it when none has room', () => {
    const stall = new Stall({ host: offer() })
    stall.members.add('p')
    const effects = stall.wait(['a'], { near: rather('cache') })
    expect([only(effects, 'keep').length, asked(effects)]).toEqual([0, ['p']])
    expect(only(stall.noBid('p'), 'keep').map(({ tasks }) => tasks)).toEqual([['a']])
  })

  test('gives them neither by a load stamp nor to who asks: only the host knows what is there', () => {
    const stall = Stall.among('p')
    stall.step({ type: 'duration', class: 'noop', runMs: 0.1 })
    stall.loads.all.set('p', { slots: 9, saidMs: 1, heardMs: 0 })
    expect(awards(stall.wait(['a'], { group: 'db' }))).toEqual([])
    stall.noBid('p', { code: 'not-apart' })
    expect(awards(stall.wanted('p'))).toEqual([])
    expect(asked(stall.pass(30))).toEqual(['p'])
  })
})
