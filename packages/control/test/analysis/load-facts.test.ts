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
      [{ request: emptyRequest(), fromMs: nowWallMs - 500, toMs: undefined }],
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
