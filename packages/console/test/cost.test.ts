import type { Cost, Spent } from '@souk/client'
import { expect, test } from 'vitest'
import { besideFacts, comparedText, priceText, spentRows, wasteOf, wayRows } from '../src/index.ts'

const nothing: Spent = { tasks: 0, hours: 0, cost: 0, unused: 0, failed: 0, repeated: 0 }
const render: Spent = { tasks: 12, hours: 0.5, cost: 0.75, unused: 0.2, failed: 0.05, repeated: 0 }
const other: Spent = { ...nothing, tasks: 3, hours: 0.25, cost: 0.25, repeated: 0.01 }
const alone = { groups: [], others: nothing }
const cost: Cost = {
  at: '2026-01-02T00:00:00.000Z',
  since: '2026-01-01T00:00:00.000Z',
  rates: { cpu: 1, memory: 0, gpu: 2 },
  hosts: { count: 3, priced: 1, perHour: 4, cost: 96 },
  total: { tasks: 15, hours: 0.75, cost: 1, unused: 0.2, failed: 0.05, repeated: 0.01 },
  byClass: { groups: [{ name: 'function/render', ...render }], others: other },
  byTenant: alone,
  byPeer: alone,
  byTask: alone,
  warm: { idleMs: 90_000, idleCost: 0.025, coldStarts: 3, coldStartMs: 6_000, coldStartCost: 0.00166 },
  compared: {
    since: '2026-01-01T23:58:00.000Z',
    startMs: 30_000,
    classes: 1,
    classesLeft: 2,
    ran: 0.8,
    p95WaitMs: 20,
    reactive: { cost: 1.2, coldStarts: 4, p95WaitMs: 29_000 },
    fixed: { cost: 8, workers: 2, coldStarts: 0, p95WaitMs: 0 },
  },
  truncated: false,
  missing: [],
}

test('what was spent stands by class, with what of it was waste', () => {
  expect(spentRows(cost)).toEqual([
    ['function/render', '12', '30 min', '0.75', '75 %', '0.2', '0.05', '–'],
    ['(others)', '3', '15 min', '0.25', '25 %', '–', '–', '0.01'],
  ])
  expect(wasteOf(cost.total)).toBeCloseTo(0.26)
  const only = { ...cost, byClass: { groups: [{ name: '', ...nothing }], others: nothing }, total: nothing }
  expect(spentRows(only)).toEqual([['(none)', '0', '0 ms', '0', '–', '–', '–', '–']])
})

test('the same tasks are priced with workers that are kept in other ways', () => {
  expect(wayRows(cost)).toEqual([
    ['the runs alone, as they were', '0.8', '100 %', '20 ms', '–'],
    ['reactive scaling', '1.2', '150 %', '29 s', '4'],
    ['a fixed pool of 2 workers', '8', '1000 %', '0 ms', '0'],
  ])
  const dear = { ...cost, compared: { ...cost.compared, fixed: { ...cost.compared.fixed, cost: 32 } } }
  expect(wayRows(dear)[2]).toEqual(['a fixed pool of 2 workers', '32', '× 40', '0 ms', '0'])
  expect(comparedText(cost)).toBe(
    '1 class of 3; the others cost less; a worker takes 30 s to start; over the last 2 min, since the first of these tasks',
  )
})

test('warm idle, cold starts and prices are told beside', () => {
  const facts = Object.fromEntries(besideFacts(cost, 'amber'))
  expect(facts['warm and idle']).toBe('1 min 30 s cost 0.025, on amber since it started')
  expect(facts['cold starts']).toBe('3, of 6 s in all, cost 0.00166')
  expect(facts.hosts).toContain('3 now: 4 an hour, 96 had they')
  expect(facts.prices).toContain('1 of 3 hosts have prices of their own')
  const priced = (count: number) =>
    Object.fromEntries(besideFacts({ ...cost, hosts: { ...cost.hosts, priced: count } }, '')).prices
  expect([priced(0), priced(3)]).toEqual([
    expect.stringContaining('no host has a price'),
    expect.stringContaining('all hosts have prices'),
  ])
})

test('a price has three digits that count', () => {
  expect([0, 0.0012345, 12.345, 123.45].map(priceText)).toEqual(['0', '0.00123', '12.3', '123'])
})
