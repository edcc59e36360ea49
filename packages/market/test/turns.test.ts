import { emptyRequest, emptyVector } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defaultMarketConfig } from '../src/config.ts'
import { Durations } from '../src/durations.ts'
import { Lots } from '../src/lots.ts'
import { Turns } from '../src/turns.ts'
import { offer, only, record, vector } from './fixtures.ts'
import { awards, Stall } from './stall.ts'

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`)

/** Tasks that wait, of these tenants in this order, while nobody has room. */
function waiting(tasks: [string[], Parameters<Stall['wait']>[1]][], config = {}): Stall {
  const stall = new Stall({ config })
  stall.members.add('p', { reachable: false })
  for (const [ids, over] of tasks) stall.wait(ids, over)
  stall.members.add('p')
  return stall
}

describe('a host that asks for work', () => {
  test('is given tasks of each tenant in turn, however much one of them has waiting', () => {
    const stall = waiting([
      [names('a', 10), { tenant: 'a' }],
      [names('b', 3), { tenant: 'b' }],
    ])
    expect(awards(stall.wanted('p', { count: 4 }))).toEqual([
      ['p', ['a0', 'a1']],
      ['p', ['b0', 'b1']],
    ])
    expect(awards(stall.wanted('p', { count: 4 }))).toEqual([
      ['p', ['a2', 'a3', 'a4']],
      ['p', ['b2']],
    ])
  })

  test('is given twice as many of a tenant with a weight of two', () => {
    const tasks: [string[], { tenant: string }][] = [
      [names('a', 9), { tenant: 'a' }],
      [names('b', 9), { tenant: 'b' }],
    ]
    const stall = waiting(tasks, { tenantWeights: { b: 2 } })
    const capacity = vector({ slots: 9, cpuMilli: 9000, memoryBytes: 9000 })
    stall.members.add('p', { offer: offer({ capacity }) })
    const given = awards(stall.wanted('p', { count: 6, free: capacity }))
    expect(given.map(([, ids]) => ids.length)).toEqual([2, 4])
  })

  test('is given by priority before fairness, and of one tenant the earliest deadline first', () => {
    const stall = waiting([
      [['a0'], { tenant: 'a', priority: 'high' }],
      [['a1'], { tenant: 'a', priority: 'high' }],
      [['b0'], { tenant: 'b' }],
      [['b1'], { tenant: 'b', deadlineMs: 50_000 }],
      [['b2'], { tenant: 'b', deadlineMs: 40_000 }],
    ])
    expect(awards(stall.wanted('p', { count: 3 }))).toEqual([
      ['p', ['a0', 'a1']],
      ['p', ['b2']],
    ])
  })

  test('is given the earliest deadline over all kinds of tasks', () => {
    const stall = waiting([
      [['whenever'], { class: 'c1' }],
      [['later'], { class: 'c2', deadlineMs: 2_000 }],
      [['sooner'], { class: 'c3', deadlineMs: 1_000 }],
    ])
    expect(awards(stall.wanted('p', { count: 2 }))).toEqual([
      ['p', ['sooner']],
      ['p', ['later']],
    ])
  })
})

test('room that this host gets is shared out in turns too', () => {
  const stall = waiting([
    [names('a', 5), { tenant: 'a' }],
    [names('b', 5), { tenant: 'b' }],
  ])
  stall.local.theOffer = { ...stall.local.theOffer, executors: ['function'], functions: ['noop'], capacity: vector() }
  stall.local.theFree = vector()
  const kept = only(stall.step({ type: 'changed' }), 'keep').flatMap(({ tasks }) => tasks)
  expect(kept).toEqual(['a0', 'b0', 'a1', 'b1'])
})

test('I14: of tenants that all have work waiting none is charged more than one largest task ahead of another', () => {
  const request = fc.record({ slots: fc.integer({ min: 1, max: 4 }), cpuMilli: fc.integer({ min: 0, max: 8000 }) })
  const kinds = fc.array(request, { minLength: 2, maxLength: 4 })
  fc.assert(
    fc.property(kinds, fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }), (requests, weight, takes) => {
      const capacity = { ...emptyVector(), slots: 16, cpuMilli: 16_000 }
      const config = { ...defaultMarketConfig, tenantWeights: { t0: weight } }
      const lots = new Lots(config, { durations: new Durations(8), capacity: () => capacity })
      requests.forEach((over, i) => {
        const spec = { tenant: `t${i}`, request: { ...emptyRequest(), ...over } }
        for (let n = 0; n < 50; n++) lots.add(record(`t${i}/${n}`, spec), 0)
      })
      const cost = (i: number): number =>
        Math.max(requests[i]!.slots / 16, requests[i]!.cpuMilli / 16_000) / (i === 0 ? weight : 1)
      const charged = requests.map(() => 0)
      for (const lot of lots.inTurns(0)) {
        const i = Number(lot.tenant.slice(1))
        expect(lots.take(lot, 0, lots.atOnce, 0)).toHaveLength(1)
        charged[i]! += cost(i)
        const largest = Math.max(...requests.map((_, n) => cost(n)))
        expect(Math.max(...charged) - Math.min(...charged)).toBeLessThanOrEqual(largest + 1e-9)
        if (charged.reduce((sum, _, n) => sum + Math.round(charged[n]! / cost(n)), 0) >= takes) break
      }
    }),
  )
})

test('who asks for nothing for a while saves up no turns', () => {
  const turns = new Turns({})
  const total = vector()
  for (let i = 0; i < 10; i++) turns.charge('busy', 1, emptyRequest(), 1000, total)
  const ahead = turns.of('busy') - turns.of('new')
  expect(ahead).toBeGreaterThan(0)
  expect(ahead).toBeLessThanOrEqual((1000 * 1) / 4)
})

test('a tenant that waits alone is charged nothing', () => {
  const lots = new Lots(defaultMarketConfig, {
    durations: new Durations(8),
    capacity: () => {
      throw new Error('worked out for nothing')
    },
  })
  for (const name of names('a', 5)) lots.add(record(name, { tenant: 'a' }), 0)
  for (const lot of lots.inTurns(0)) expect(lots.take(lot, 0, lots.atOnce, 0)).toHaveLength(5)
  expect([lots.size, lots.sizeOf('a')]).toEqual([0, 0])
})
