import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { analyse } from '../../src/analysis/analyse.ts'
import { quantile } from '../../src/analysis/waits.ts'
import { nowWallMs, seenHost, seenTask, seenTasks, windowMs } from './seen.ts'

const hosts = ['h0', 'h1', 'h2'].map((peer) => seenHost(peer, { cpuMilli: 10_000, memoryBytes: 2 * 10 ** 10 }))
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0)

describe('an analysis', () => {
  test('counts every task once, by whatever it is grouped', () => {
    fc.assert(
      fc.property(seenTasks, (tasks) => {
        const found = analyse({ tasks, hosts, windowMs, nowWallMs })
        for (const groups of [found.byClass, found.byExecutor, found.byTenant, found.byPriority]) {
          expect(sum(groups.map((group) => group.tasks))).toBe(tasks.length)
          for (const group of groups) {
            const parts = [group.waiting, group.running, group.succeeded, group.endedOtherwise]
            expect(sum(parts)).toBe(group.tasks)
          }
        }
      }),
    )
  })

  test('puts every arrival of the window into one bucket', () => {
    const windows = fc.integer({ min: 1000, max: 30 * 24 * 3_600_000 })
    fc.assert(
      fc.property(seenTasks, windows, (tasks, ms) => {
        const { counts, peak, mean, bucketMs } = analyse({ tasks, hosts, windowMs: ms, nowWallMs }).arrivals
        expect(sum(counts)).toBe(tasks.filter((task) => task.submittedWallMs >= nowWallMs - ms).length)
        expect(peak).toBe(Math.max(...counts))
        expect(mean * counts.length).toBeCloseTo(sum(counts), 6)
        expect(counts.length).toBeLessThanOrEqual(60)
        expect(counts.length * bucketMs).toBeGreaterThanOrEqual(ms)
      }),
    )
  })

  test('has of each resource what the tasks ask for, no more and no less', () => {
    fc.assert(
      fc.property(seenTasks, (tasks) => {
        const { demand } = analyse({ tasks, hosts, windowMs, nowWallMs })
        const cpu = demand.find(({ resource }) => resource === 'cpu') ?? { running: 0, waiting: 0, askedSeconds: 0 }
        const cpus = (states: string[]) =>
          sum(tasks.filter(({ state }) => states.includes(state)).map(({ needs }) => needs.request.cpuMilli)) / 1000
        expect(cpu.running).toBeCloseTo(cpus(['running', 'ending']), 6)
        expect(cpu.waiting).toBeCloseTo(cpus(['storing', 'waiting', 'asking', 'offered', 'queued']), 6)
        const seconds = tasks.map(({ needs, ranMs }) => (needs.request.cpuMilli / 1000) * ((ranMs ?? 0) / 1000))
        expect(cpu.askedSeconds).toBeCloseTo(sum(seconds), 6)
      }),
    )
  })

  test('says how long tasks of each class waited until they began, and how long the others wait', () => {
    const begun = [100, 300, 200].map((waited) => {
      const submittedWallMs = nowWallMs - 9_000
      return seenTask({ state: 'closed', class: 'a', submittedWallMs, startedWallMs: submittedWallMs + waited })
    })
    const waiting = [4_000, 7_000].map((ago) => seenTask({ class: 'b', submittedWallMs: nowWallMs - ago }))
    const { waits } = analyse({ tasks: [...waiting, ...begun], hosts, windowMs, nowWallMs })
    expect(waits).toEqual([
      { class: 'a', began: 3, p50Ms: 200, p95Ms: 300, waiting: 0, longestMs: 0 },
      { class: 'b', began: 0, p50Ms: 0, p95Ms: 0, waiting: 2, longestMs: 7_000 },
    ])
  })

  test('has each arrival in the bucket of its time, and of each resource what all hosts have', () => {
    const tasks = [0, 59_999, 60_001, windowMs].map((ago) => seenTask({ submittedWallMs: nowWallMs - ago }))
    const { arrivals, demand } = analyse({ tasks, hosts, windowMs, nowWallMs })
    expect(arrivals).toMatchObject({ bucketMs: 60_000, from: new Date(nowWallMs - windowMs).toISOString(), peak: 2 })
    expect([arrivals.counts.slice(-2), arrivals.counts[0], arrivals.counts.length]).toEqual([[1, 2], 1, 60])
    expect(demand).toEqual([{ resource: 'slots', askedSeconds: 0, running: 0, waiting: 4, capacity: 3_000 }])
  })

  test('sums up the groups that have no line of their own', () => {
    const tasks = Array.from({ length: 100 }, (_, i) => seenTask({ class: `c${i}` }))
    const { byClass } = analyse({ tasks, hosts, windowMs, nowWallMs })
    expect(byClass).toHaveLength(32)
    expect(byClass.at(-1)).toMatchObject({ name: '(others)', tasks: 69, waiting: 69 })
  })
})

test('a quantile is a value that was seen, at least so many of which are no larger', () => {
  const values = fc.array(fc.integer({ min: 0, max: 1000 }), { minLength: 1 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95), (seen, q) => {
      const value = quantile(seen, q)
      expect(seen).toContain(value)
      expect(seen.filter((each) => each <= value).length).toBeGreaterThanOrEqual(q * seen.length - 1e-9)
    }),
  )
})
