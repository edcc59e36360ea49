import { emptyRequest } from '@souk/kernel'
import { analyseLoad } from '@souk/rebalance'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { loadFactsOf } from '../../src/analysis/load-facts.ts'
import { nowWallMs, seenHost, seenTask, seenTasks } from './seen.ts'

const hosts = [seenHost('h0', { slots: 1 }), seenHost('h1', { slots: 2 })]
const facts = (tasks: Parameters<typeof loadFactsOf>[0]['tasks']) =>
  loadFactsOf({ tasks, hosts, nowWallMs, windowMs: 30_000, roundTripMs: 1 })

describe('what tasks tell of load', () => {
  test('runs are where they run, from their start to their end', () => {
    const running = seenTask({ state: 'running', host: 'h0', startedWallMs: nowWallMs - 500 })
    const ended = seenTask({
      state: 'closed',
      kind: 'succeeded',
      host: 'h1',
      startedWallMs: nowWallMs - 900,
      ranMs: 400,
    })
    const elsewhere = seenTask({ state: 'running', host: 'gone', startedWallMs: nowWallMs - 500 })
    const never = seenTask({ state: 'closed', kind: 'cancelled' })
    expect(facts([running, ended, elsewhere, never]).hosts.map(({ runs }) => runs)).toEqual([
      [{ request: emptyRequest(), fromMs: nowWallMs - 500, toMs: undefined, expectedMs: 400 }],
      [{ request: emptyRequest(), fromMs: nowWallMs - 900, toMs: nowWallMs - 500 }],
    ])
  })

  test('like tasks of one bearer are one lot, with how long such tasks take and who could run them', () => {
    const waiting = (over = {}, request = {}) => seenTask({ state: 'waiting', ...over }, request)
    const { lots } = facts([
      waiting(),
      waiting({ host: 'h0' }),
      waiting({ host: 'h1' }),
      waiting({ state: 'queued', host: 'h1' }),
      waiting({ state: 'offered', host: 'h1' }),
      waiting({ class: 'wide' }, { slots: 2 }),
      seenTask({ state: 'closed', ranMs: 100 }),
      seenTask({ state: 'closed', ranMs: 300 }),
    ])
    expect(lots).toMatchObject([
      { bearer: 'h0', count: 2, bound: false, expectedMs: 200, able: ['h0', 'h1'] },
      { bearer: 'h0', count: 1, class: 'wide', expectedMs: undefined, able: ['h1'] },
      { bearer: 'h1', count: 1, bound: false },
      { bearer: 'h1', count: 1, bound: true },
    ])
  })

  test('of what has inputs it is known how much, and who has them for certain', () => {
    const heavy = (inputBytes: number, over = {}) => seenTask({ state: 'waiting', inputBytes, ...over })
    const { lots } = facts([heavy(900), heavy(1000), heavy(5_000), heavy(900, { origin: 'h1' }), seenTask()])
    expect(lots.map(({ count, inputBytes, inputsAt }) => [count, inputBytes, inputsAt])).toEqual([
      [2, 1000, ['h0']],
      [1, undefined, undefined],
      [1, 5_000, ['h0']],
      [1, 900, ['h1']],
    ])
    const kept = facts([heavy(1000, { inputsAt: ['h0', 'h1'] })])
    expect(kept.lots[0]!.inputsAt).toEqual(['h0', 'h1'])
  })

  test('what a host says to run has begun there, whatever its custodians have heard: the oldest first', () => {
    const at = (i: number, state: 'waiting' | 'queued' | 'running') =>
      seenTask({ id: `${i}`.repeat(24), state, host: 'h1', submittedWallMs: nowWallMs - 1000 + i })
    const busy = [
      { ...hosts[0]!, running: 1 },
      { ...hosts[1]!, running: 3 },
    ]
    const tasks = [at(1, 'waiting'), at(2, 'queued'), at(3, 'running'), at(4, 'waiting')]
    const seen = loadFactsOf({ tasks, hosts: busy, nowWallMs, windowMs: 30_000, roundTripMs: 1 })
    expect(seen.hosts.map(({ runs }) => runs.length)).toEqual([1, 3])
    expect(seen.lots).toMatchObject([{ bearer: 'h1', count: 1 }])
  })

  test('what must be near or apart, or must meet an expression, is planned for hosts where an auction would put it', () => {
    const needs = (over: object) => ({ ...seenTask().needs, ...over })
    const apart = needs({ group: 'db', apart: [{ group: 'db', required: true }] })
    const mesh = [seenHost('h0', { slots: 1 }), seenHost('h1', { slots: 4 }), seenHost('h2', { slots: 4 })]
    const seen = loadFactsOf({
      tasks: [
        seenTask({ state: 'running', needs: apart, host: 'h0', startedWallMs: nowWallMs - 50 }),
        seenTask({ id: '1'.repeat(24), state: 'running', needs: apart, host: 'h1', startedWallMs: nowWallMs - 50 }),
        seenTask({ id: '2'.repeat(24), needs: apart }),
        seenTask({ id: '3'.repeat(24), needs: apart }),
        seenTask({ id: '4'.repeat(24), needs: needs({ where: 'zone == nowhere' }) }),
        seenTask({ id: '5'.repeat(24), code: 'after' }),
      ],
      hosts: mesh,
      ...{ nowWallMs, windowMs: 30_000, roundTripMs: 1 },
    })
    expect(seen.lots).toMatchObject([
      { count: 2, able: ['h0', 'h1', 'h2'], ties: { group: 'db' } },
      { count: 1, able: [] },
    ])
    const { moves, leftOut } = analyseLoad(seen).plan
    expect(moves).toMatchObject([{ to: 'h2', count: 1, tasks: ['2'.repeat(24)] }])
    expect(leftOut).toMatchObject([
      { count: 1, code: 'tied', reason: expect.stringContaining('db') },
      { count: 1, code: 'no-host' },
    ])
  })

  test('who can run it as what will do instead is able to, and that is what it is planned as', () => {
    const needs = (cpuMilli: number) => {
      const alternatives = [{ ...emptyRequest(), cpuMilli }]
      return { ...seenTask().needs, request: { ...emptyRequest(), gpu: { count: 1, milli: 1000 } }, alternatives }
    }
    const mesh = [seenHost('h0', { slots: 0 }), seenHost('h1', { cpuMilli: 1000 })]
    const tasks = [seenTask({ needs: needs(1000) }), seenTask({ id: '1'.repeat(24), needs: needs(2000) })]
    const seen = loadFactsOf({ tasks, hosts: mesh, nowWallMs, windowMs: 30_000, roundTripMs: 1 })
    expect(seen.lots).toMatchObject([
      { able: ['h1'], request: { cpuMilli: 1000 } },
      { able: [], request: { gpu: { count: 1 } } },
    ])
    const { moves, leftOut } = analyseLoad(seen).plan
    expect(moves).toMatchObject([{ to: 'h1', count: 1 }])
    expect(leftOut).toMatchObject([{ count: 1, code: 'no-host' }])
  })

  test('whatever they are, an analysis of them can be made', () => {
    fc.assert(
      fc.property(seenTasks, (tasks) => {
        const { waiting, hosts: uses, strategy } = analyseLoad(facts(tasks))
        const begun = tasks.filter(({ state }) => state === 'running' || state === 'ending' || state === 'closed')
        expect(waiting).toBe(tasks.length - begun.length - tasks.filter(({ state }) => state === 'offered').length)
        expect(uses).toHaveLength(2)
        expect(strategy.code === 'nothing-waits').toBe(waiting === 0)
      }),
    )
  })
})
