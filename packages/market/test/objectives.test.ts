import { describe, expect, test } from 'vitest'
import { defaultMarketConfig, parseClassObjective } from '../src/index.ts'
import { scoringOf } from '../src/scoring.ts'
import { offer, only, shape, terms, vector } from './fixtures.ts'
import { asked, awards, Stall } from './stall.ts'

/** Three bidders: one full and dear, one half full and quick, one empty and cheap. */
const bids = {
  full: { usedMilli: 900, priceMilli: 500, finishMs: { p50: 200, p90: 900 } },
  half: { usedMilli: 500, priceMilli: 300, finishMs: { p50: 100, p90: 900 } },
  empty: { usedMilli: 0, priceMilli: 100, finishMs: { p50: 300, p90: 900 } },
}

describe('an objective', () => {
  test.each([
    ['fast', 'half'],
    ['pack', 'full'],
    ['spread', 'empty'],
    ['cheap', 'empty'],
    ['balanced', 'empty'],
  ] as const)('%s gives a task to the %s host', (objective, winner) => {
    const stall = Stall.among(...Object.keys(bids))
    stall.wait(['a'], objective === 'balanced' ? {} : { objective })
    const effects = Object.entries(bids).flatMap(([peer, over]) => stall.bid(peer, over))
    expect(awards(effects)).toEqual([[winner, ['a']]])
    const [award] = only(effects, 'award')
    expect(award?.decision).toMatchObject({ objective, winner })
    for (const bid of award!.decision.bids) {
      const { score } = scoringOf(shape({ objective }), defaultMarketConfig).of(bid.terms)
      expect(bid.score).toBeCloseTo(score)
      const weighed = Object.entries(bid.parts).map(([name, part]) => (award!.decision.weights[name] ?? 0) * part)
      expect(weighed.reduce((sum, one) => sum + one, 0)).toBeCloseTo(bid.score)
    }
  })

  test('that is declared for a class holds for tasks of that class which name none themselves', () => {
    const objectives = ['train*=pack', 'web=spread', 'cheap'].map((text) => parseClassObjective(text)!)
    const of = (name: string, over = {}) =>
      scoringOf(shape({ class: name, ...over }), { ...defaultMarketConfig, objectives }).objective
    expect([of('training'), of('web'), of('website')]).toEqual(['pack', 'spread', 'cheap'])
    expect(of('training', { objective: 'fast' })).toBe('fast')
    expect(scoringOf(shape(), defaultMarketConfig).objective).toBe('balanced')
  })

  test('is declared as CLASS=OBJECTIVE, and nothing else', () => {
    expect(parseClassObjective('a=b=pack')).toEqual({ pattern: 'a=b', objective: 'pack' })
    for (const text of ['', 'a', 'a=', '=pack', 'a=packed']) expect(parseClassObjective(text), text).toBeUndefined()
  })

  test('shares a lot by its own weights: pack fills one host first, spread all alike', () => {
    const shares = (objective: 'pack' | 'spread') => {
      const stall = Stall.among('p', 'q')
      stall.wait(['a', 'b', 'c', 'd'], { objective })
      const effects = ['p', 'q'].flatMap((peer) => stall.bid(peer, { count: 4 }))
      return awards(effects).map(([, tasks]) => tasks.length)
    }
    expect(shares('pack')).toEqual([4])
    expect(shares('spread')).toEqual([2, 2])
  })
})

describe('an objective that compares all hosts', () => {
  const half = offer({ capacity: vector({ slots: 4 }) })

  test('makes this host one bidder among the others, and hears them all', () => {
    const stall = new Stall({ host: half })
    for (const peer of ['p', 'q', 'r', 's']) stall.members.add(peer)
    const effects = stall.wait(['a'], { objective: 'pack' })
    expect([only(effects, 'keep'), asked(effects)]).toEqual([[], ['p', 'q', 'r', 's']])
    for (const peer of ['p', 'q', 'r']) expect(only(stall.bid(peer, { usedMilli: 100 }), 'closed')).toEqual([])
    expect(awards(stall.bid('s', { usedMilli: 800 }))).toEqual([['s', ['a']]])
  })

  test('keeps the task here where this host is the best, for what it has room for by then', () => {
    const stall = new Stall({ host: half })
    stall.members.add('p')
    stall.wait(['a', 'b'], { objective: 'spread' })
    stall.local.theFree.slots = 1
    const effects = stall.bid('p', { count: 1, usedMilli: 900 })
    expect(only(effects, 'keep')).toMatchObject([{ tasks: ['a'], decision: { how: 'auction', winner: 'self' } }])
    expect(awards(effects)).toEqual([['p', ['b']]])
  })

  test('is never handed to this host, nor named as a way to bounce to', () => {
    const stall = new Stall({ host: half })
    stall.members.add('self').add('p').add('q')
    stall.wait(['a'], { objective: 'pack' })
    const effects = [...stall.bid('p', { usedMilli: 900 }), ...stall.bid('q', { usedMilli: 500 })]
    expect(
      only(effects, 'award').map(({ to, alternates }) => [to.peer, ...alternates.map(({ peer }) => peer)]),
    ).toEqual([['p', 'q']])
  })

  test('does without others where there are none, and takes the first room once nobody had any', () => {
    const alone = new Stall({ host: half })
    expect(only(alone.wait(['a'], { objective: 'pack' }), 'keep')).toMatchObject([{ decision: { how: 'local' } }])
    const busy = new Stall({ host: offer({ capacity: vector({ slots: 0 }) }) })
    busy.members.add('p')
    busy.wait(['a'], { objective: 'pack' })
    busy.noBid('p')
    busy.local.theOffer = half
    busy.local.theFree.slots = 4
    expect(only(busy.step({ type: 'changed' }), 'keep')).toMatchObject([{ tasks: ['a'] }])
  })
})

test('a bid is weighed by what it says of start, end, fragments, use and price', () => {
  const { parts } = scoringOf(shape(), { ...defaultMarketConfig, targetMs: 100 }).of(
    terms({ startMs: 50, finishMs: { p50: 200, p90: 0 }, fragMilli: -100, usedMilli: 300, priceMilli: 2_000 }),
  )
  expect(parts).toEqual({ start: 0.5, finish: 2, fragmentation: -0.1, used: 0.3, price: 2, raced: 0 })
})
