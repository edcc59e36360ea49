import { emptyRequest, emptyVector } from '@souk/kernel'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyseLoad, type HostLoad, type LoadFacts, type TiesRule, type WaitingLot } from '../src/index.ts'

const nowMs = 1_000_000
const running = (agoMs: number) => ({
  request: emptyRequest(),
  fromMs: nowMs - agoMs,
  toMs: undefined,
  expectedMs: 1_000,
})

function host(peer: string, slots: number, busy = 0, over: Partial<HostLoad> = {}): HostLoad {
  const capacity = { ...emptyVector(), slots }
  return { peer, capacity, draining: false, runs: Array.from({ length: busy }, () => running(400)), ...over }
}

const lot = (count: number, over: Partial<WaitingLot> = {}): WaitingLot => ({
  bearer: 'a',
  class: 'work',
  count,
  request: emptyRequest(),
  bound: true,
  expectedMs: 1_000,
  able: ['a', 'b', 'c'],
  ...over,
})

const plan = (hosts: HostLoad[], lots: WaitingLot[], roundTripMs = 2) =>
  analyseLoad({ nowMs, windowMs: 30_000, hosts, lots, roundTripMs }).plan

/** Tasks of one group must be apart from each other; a task near a group needs one of it there. */
const decideTies: TiesRule = (there, { group, near = [] }) => {
  const has = (name: string) => there.some((each) => each.group === name)
  if (group !== undefined && has(group)) return { detail: `${group} is there` }
  return near.some((tie) => !has(tie.group)) ? { detail: `no ${near[0]!.group} is there` } : undefined
}

const analysed = (hosts: HostLoad[], lots: WaitingLot[], over: Partial<LoadFacts> = {}) =>
  analyseLoad({ nowMs, windowMs: 30_000, hosts, lots, roundTripMs: 2, decideTies, ...over })

describe('a redistribution plan for tasks that must be near or apart', () => {
  const full = () => host('a', 1, 1, { ties: [{ group: 'db' }] })
  const tied = (count: number, over: Partial<WaitingLot> = {}) => lot(count, { bound: false, ...over })

  test('names no host where what runs keeps them away, and gives others one each', () => {
    const hosts = [full(), host('b', 2, 0), host('c', 2, 0, { ties: [{ group: 'db' }] })]
    const { plan, opportunities } = analysed(hosts, [tied(3, { ties: { group: 'db' } })])
    expect(plan.moves).toMatchObject([{ to: 'b', count: 1 }])
    expect(opportunities).toMatchObject([{ to: 'b', count: 1 }])
    expect(plan.leftOut).toMatchObject([{ count: 2, code: 'tied', reason: expect.stringContaining('db is there') }])
  })

  test('knows what it has planned before: two lots that must be apart do not meet', () => {
    const lots = [tied(1, { class: 'x', ties: { group: 'db' } }), tied(1, { class: 'y', ties: { group: 'db' } })]
    const { plan } = analysed([full(), host('b', 2)], lots)
    expect(plan.moves).toMatchObject([{ class: 'x', to: 'b', count: 1 }])
    expect(plan.leftOut).toMatchObject([{ class: 'y', count: 1, code: 'tied' }])
  })

  test('goes to what they must be near, and says so where that is nowhere', () => {
    const near = { near: [{ group: 'cache', required: true }] }
    const there = [full(), host('b', 1), host('c', 1, 0, { ties: [{ group: 'cache' }] })]
    expect(analysed(there, [tied(1, { ties: near })]).plan.moves).toMatchObject([{ to: 'c', count: 1 }])
    const { plan, strategy } = analysed([full(), host('b', 1)], [tied(1, { ties: near })])
    expect(plan.moves).toEqual([])
    expect(plan.leftOut).toMatchObject([{ code: 'tied', reason: expect.stringContaining('no cache is there') }])
    expect(plan.before).toMatchObject({ tasks: 0, never: 1 })
    expect(strategy).toMatchObject({ strategy: 'none', code: 'tied' })
  })

  test('does not go back to who had it before', () => {
    const had = (avoid: string[]) => analysed([full(), host('b', 1), host('c', 1)], [lot(2, { avoid })])
    expect(had(['b']).plan.moves).toMatchObject([{ to: 'c', count: 1 }])
    const nowhere = analysed([host('b', 1), host('c', 1)], [lot(2, { able: ['b', 'c'], avoid: ['b', 'c'] })])
    expect(nowhere.plan.moves).toEqual([])
    expect(nowhere.plan.leftOut).toMatchObject([{ count: 2, code: 'on-path', reason: expect.stringContaining('b, c') }])
    expect(nowhere.opportunities).toEqual([])
  })

  test("what is queued is in nobody's way but others', and goes where it may", () => {
    const queued = lot(1, { ties: { group: 'db' } })
    expect(analysed([full(), host('b', 1)], [queued]).plan.moves).toMatchObject([{ to: 'b', bound: true }])
    const nowhere = analysed([full(), host('b', 1, 0, { ties: [{ group: 'db' }] })], [queued])
    expect(nowhere.plan.moves).toEqual([])
    expect(nowhere.plan.before).toMatchObject({ tasks: 1, never: 0 })
  })

  test('leaves gangs alone', () => {
    const { plan, opportunities } = analysed([full(), host('b', 4)], [tied(3, { gang: true })])
    expect(plan.leftOut).toMatchObject([{ count: 3, code: 'gang' }])
    expect([...plan.moves, ...opportunities]).toEqual([])
  })
})

describe('a redistribution plan', () => {
  test('fills idle hosts from a queue, and says what each wait is before and after', () => {
    const { moves, leftOut, before, after, moved } = plan(
      [host('a', 1, 1), host('b', 2)],
      [lot(4, { tasks: ['t0', 't1', 't2', 't3'] })],
    )
    // a has one slot: 600 ms are left of its run, then one task a second starts.
    expect(before).toEqual({ tasks: 4, meanMs: 2_100, p95Ms: 3_600, never: 0 })
    expect(moves).toMatchObject([
      { from: 'a', to: 'b', count: 2, bound: true, code: 'idle-beside-queue', afterMs: 4, gainMs: 2_096 },
    ])
    expect(moves[0]!.tasks).toEqual(['t0', 't1'])
    expect(leftOut).toMatchObject([{ from: 'a', count: 2, code: 'no-room' }])
    expect(moved.before).toEqual({ tasks: 2, meanMs: 1_100, p95Ms: 1_600, never: 0 })
    expect(moved.after).toEqual({ tasks: 2, meanMs: 4, p95Ms: 4, never: 0 })
    expect(after).toEqual({ tasks: 4, meanMs: 552, p95Ms: 1_600, never: 0 })
  })

  test('what waits with a bearer that runs nothing never starts until somebody asks for it', () => {
    const { moves, before, after } = plan([host('b', 2)], [lot(2, { bound: false, able: ['b'] })])
    expect(before).toMatchObject({ tasks: 0, never: 2 })
    expect(moves).toEqual([expect.not.objectContaining({ gainMs: expect.anything() })])
    expect(moves).toMatchObject([{ to: 'b', count: 2, code: 'idle-beside-waiting' }])
    expect(after).toMatchObject({ tasks: 2, meanMs: 4, never: 0 })
  })

  test('what waits for the next end of a run on any host gains nothing from a full one', () => {
    const full = plan([host('a', 1, 1), host('b', 1, 1)], [lot(2, { bound: false })])
    expect(full.moves).toEqual([])
    expect(full.leftOut).toMatchObject([{ count: 2, code: 'no-room' }])
    expect(full.after).toEqual(full.before)
  })

  test.each([
    ['it is over before it has moved', { expectedMs: 3 }, {}, 'too-short'],
    ['no host could run it', { able: [] }, {}, 'no-host'],
    ['it was moved often enough', { moves: 3 }, {}, 'moved-enough'],
    ['its inputs take longer than its wait', { inputBytes: 5e6, inputsAt: ['a'] }, { bytesPerMs: 1_000 }, 'data-heavy'],
    ['it would start little earlier', { expectedMs: 10_000 }, {}, 'small-gain'],
  ])('leaves a task where it is: %s', (_, ofLot, ofHost, code) => {
    const short = { ...running(0), expectedMs: code === 'too-short' ? 10 : 600 }
    const { moves, leftOut } = plan([host('a', 1, 0, { runs: [short] }), host('b', 1, 0, ofHost)], [lot(1, ofLot)])
    expect(moves).toEqual([])
    expect(leftOut).toMatchObject([{ class: 'work', from: 'a', count: 1, code }])
  })

  test('sends a task where its inputs are rather than elsewhere', () => {
    const hosts = [host('a', 1, 1), host('b', 8, 0, { bytesPerMs: 10_000 }), host('c', 1)]
    for (const inputsAt of [['c'], ['a', 'c']]) {
      const { moves } = plan(hosts, [lot(1, { inputBytes: 1e6, inputsAt })])
      expect(moves).toMatchObject([{ to: 'c', count: 1, afterMs: 4 }])
    }
  })

  test('gives no host more than it has, no task twice, nothing to who drains, and never makes a wait longer', () => {
    const hosts = fc.array(
      fc.record({
        slots: fc.integer({ min: 0, max: 6 }),
        busy: fc.integer({ min: 0, max: 6 }),
        draining: fc.boolean(),
      }),
      { minLength: 2, maxLength: 4 },
    )
    const lots = fc.array(
      fc.record({ count: fc.integer({ min: 1, max: 9 }), bound: fc.boolean(), at: fc.integer({ min: 0, max: 3 }) }),
      { minLength: 1, maxLength: 4 },
    )
    fc.assert(
      fc.property(hosts, lots, (drawn, waiting) => {
        const names = ['a', 'b', 'c', 'd'].slice(0, drawn.length)
        const all = drawn.map(({ slots, busy, draining }, i) =>
          host(names[i]!, slots, Math.min(slots, busy), { draining }),
        )
        const given = waiting.map(({ count, bound, at }, i) =>
          lot(count, { class: `${i}`, bound, bearer: names[at % names.length]!, able: names }),
        )
        const { moves, leftOut, before, after } = plan(all, given)
        for (const [i, name] of names.entries()) {
          const got = moves.filter(({ to }) => to === name).reduce((sum, { count }) => sum + count, 0)
          const { slots, busy, draining } = drawn[i]!
          expect(got).toBeLessThanOrEqual(draining ? 0 : slots - Math.min(slots, busy))
        }
        for (const { class: name, count } of given) {
          const lines = [...moves, ...leftOut].filter((line) => line.class === name)
          expect(lines.reduce((sum, line) => sum + line.count, 0)).toBe(count)
        }
        expect(after.never).toBeLessThanOrEqual(before.never)
        if (after.never === before.never) expect(after.meanMs).toBeLessThanOrEqual(before.meanMs + 4)
      }),
    )
  })
})
