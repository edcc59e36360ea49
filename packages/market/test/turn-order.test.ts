import { emptyRequest } from '@souk/kernel'
import { priorities } from '@souk/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Lot } from '../src/lot.ts'
import { TurnOrder } from '../src/turn-order.ts'
import { Turns } from '../src/turns.ts'
import { shape, vector } from './fixtures.ts'

const ageingMs = 10
const now = 40
const request = emptyRequest()
const total = vector()

const task = fc.record({
  lot: fc.nat({ max: 5 }),
  priority: fc.constantFrom(...priorities),
  sinceMs: fc.nat({ max: now }),
  dueWallMs: fc.option(fc.nat({ max: 3 }), { nil: undefined }),
})
const mesh = fc.record({
  tasks: fc.array(task, { maxLength: 25 }),
  tenants: fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 6, maxLength: 6 }),
  /** how many tasks are taken at each turn; then nothing more */
  takes: fc.array(fc.nat({ max: 2 }), { maxLength: 20 }),
})

function lotsOf({ tasks, tenants }: Pick<typeof mesh extends fc.Arbitrary<infer T> ? T : never, 'tasks' | 'tenants'>) {
  const lots = tenants.map((tenant, i) => new Lot(`lot${i}`, shape({ tenant, class: `c${i}` })))
  for (const [i, { lot, ...rest }] of tasks.entries())
    lots[lot]!.add({ task: `t${i}`, failIfUnplaceable: false, told: '', ...rest })
  return lots
}

/** The same order by comparing all lots at each turn. */
function* compared(lots: readonly Lot[], turns: Turns): Generator<Lot> {
  const left = new Set(lots)
  for (;;) {
    const keyOf = (lot: Lot) => {
      const { level, dueWallMs, sinceMs } = lot.rank(now, ageingMs)!
      return [level, turns.of(lot.tenant), dueWallMs, sinceMs, Number(lot.key.slice(3))]
    }
    const [first] = [...left]
      .filter(({ size }) => size > 0)
      .sort((a, b) => {
        const [x, y] = [keyOf(a), keyOf(b)]
        const at = x.findIndex((part, i) => part !== y[i])
        return at < 0 ? 0 : x[at]! - y[at]!
      })
    if (!first) return
    const before = first.size
    yield first
    if (first.size === before) left.delete(first)
  }
}

function run(takes: readonly number[], orderOf: (turns: Turns) => Generator<Lot>): string[] {
  const turns = new Turns({})
  const seen: string[] = []
  let turn = 0
  for (const lot of orderOf(turns)) {
    const taken = lot.take(takes[turn++] ?? 0, now, ageingMs)
    seen.push(`${lot.key}: ${taken.map(({ task: id }) => id)}`)
    if (taken.length > 0) turns.charge(lot.tenant, taken.length, request, 1, total)
  }
  return seen
}

test('lots of several tenants come as they would if each were compared with every other each time', () => {
  fc.assert(
    fc.property(mesh, ({ takes, ...waiting }) => {
      const [lots, same] = [lotsOf(waiting), lotsOf(waiting)]
      const order = (turns: Turns) => new TurnOrder(lots, turns, { now, ageingMs }).untilNothingIsTaken()
      expect(run(takes, order)).toEqual(run(takes, (turns) => compared(same, turns)))
    }),
  )
})
