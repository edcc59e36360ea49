import type { Cost, Spent } from '@souk/client'
import { expect, test } from 'vitest'
import { peerNames } from '../src/peer-names.ts'
import { priceArguments, ratesOf, warmCostsOf } from '../src/price-options.ts'
import { coloursFor } from '../src/print/colours.ts'
import { costText } from '../src/print/cost-text.ts'

const spent: Spent = { tasks: 2, hours: 3, cost: 6, unused: 1.5, failed: 0, repeated: 0.25 }
const nothing: Spent = { tasks: 0, hours: 0, cost: 0, unused: 0, failed: 0, repeated: 0 }
const by = (name: string) => ({ groups: [{ name, ...spent }], others: nothing })
const shown: Cost = {
  at: '2026-11-29T12:00:00.000Z',
  since: '2026-11-28T12:00:00.000Z',
  rates: { cpu: 1, memory: 0, gpu: 2 },
  hosts: { count: 3, priced: 1, perHour: 12, cost: 288 },
  total: spent,
  byClass: {
    groups: [{ name: 'process/render', ...spent, tasks: 1, cost: 4 }],
    others: { ...nothing, tasks: 1, cost: 2 },
  },
  byTenant: by(''),
  byPeer: by('PeerA'),
  byTask: by('0'.repeat(24)),
  warm: { idleMs: 60_000, idleCost: 0.0166667, coldStarts: 1, coldStartMs: 120, coldStartCost: 0 },
  compared: {
    since: '2026-11-29T11:59:20.000Z',
    startMs: 30_000,
    classes: 1,
    classesLeft: 0,
    ran: 6,
    p95WaitMs: 40,
    reactive: { cost: 9, coldStarts: 4, p95WaitMs: 30_000 },
    fixed: { cost: 240, workers: 10, coldStarts: 0, p95WaitMs: 0 },
  },
  truncated: false,
  missing: [],
}
const plain = coloursFor(false, {})
const names = peerNames([{ id: 'PeerA', name: 'oak' }])

test('says what was spent, what of it was waste, and what other ways would have cost', () => {
  expect(costText(shown, 'class', names, plain)).toBe(`6 spent on 2 tasks of the last 1 d, 3 h of runs

by class
                  tasks   ran  cost  share  unused  failed  repeated
  process/render      1   3 h     4   67 %     1.5       -      0.25
  (others)            1  0 ms     2   33 %       -       -         -

the same tasks otherwise
                                cost  of the runs  p95 wait  cold starts
  the runs alone, as they were     6        100 %     40 ms            -
  reactive scaling                 9        150 %      30 s            4
  a fixed pool of 10 workers     240         × 40      0 ms            0
  1 class; a worker takes 30 s to start; over the last 40 s, since the first of these tasks

besides
  hosts         3 now, 1 with a price of their own: 12 an hour, 288 where they were there for all of 1 d
  warm workers  of this peer, since it started: 1 m idle cost 0.0167; 1 cold start of 120 ms cost 0
  prices        an hour of a core 1, of a GB 0, of a GPU 2, where a host has none of its own`)
})

test.each([
  ['tenant', '(none)'],
  ['peer', 'oak'],
] as const)('by %s', (grouping, name) => {
  expect(costText(shown, grouping, names, plain)).toContain(`by ${grouping}\n`)
  expect(costText(shown, grouping, names, plain)).toContain(name)
})

test('where nothing ran it says so', () => {
  expect(costText({ ...shown, total: nothing }, 'class', names, plain)).toContain(
    'an earlier --since looks further back',
  )
})

test('prices are declared by resource; what is not named costs nothing', () => {
  expect(ratesOf({})).toEqual({ cpu: 1, memory: 0, gpu: 0 })
  expect(ratesOf({ price: 'cpu=0.04,gpu=2' })).toEqual({ cpu: 0.04, memory: 0, gpu: 2 })
  expect(priceArguments({ price: 'cpu=2' })).toEqual(['--price', 'cpu=2'])
  expect(priceArguments({})).toEqual([])
})

test('costs of cold starts are declared by class', () => {
  expect(warmCostsOf({ warmCost: ['function/r*=20:1', '3:2'] })).toEqual([
    { pattern: 'function/r*', costs: { coldStart: 20, idleSlot: 1 } },
    { pattern: '*', costs: { coldStart: 3, idleSlot: 2 } },
  ])
  expect(priceArguments({ warmCost: ['9:1'] })).toEqual(['--warm-cost', '9:1'])
  for (const text of ['9', '9:', '=9:1', 'a=1:2:3', '-1:1', '0:0', 'a=x:1'])
    expect(() => warmCostsOf({ warmCost: [text] })).toThrow(/^--warm-cost/)
})

test.each(['cpu', 'cpu=', 'cpu=-1', 'cpu=much', 'cpu=1=2', 'disk=1', ''])(
  'a price that is none is refused: %s',
  (price) => {
    expect(() => ratesOf({ price })).toThrow(/^--price/)
  },
)

test('a narrow terminal gets whole lines: what tells least is left out first', () => {
  const text = costText(shown, 'class', names, plain, 48)
  const tables = text
    .split('\n\n')
    .slice(1, 3)
    .join('\n')
    .split('\n')
    .filter((line) => !line.includes('; '))
  expect(tables.filter((line) => line.length > 48)).toEqual([])
  expect(text).toContain('tasks')
  expect(text).not.toContain('repeated')
})
