import { enoughFor, fixedPool, type Policy, replay } from '@souk/scaling'
import { expect, it } from 'vitest'
import { Frontier } from '../bench/prescale/frontier.ts'
import { KeepAlive } from '../bench/prescale/policies.ts'
import { type Tasks, tasksOf } from '../bench/prescale/tasks.ts'

const coldStartMs = 22_000

function tasks(endMs: number, ...each: [at: number, ms: number][]): Tasks {
  return {
    name: 'a few',
    at: Float64Array.from(each, ([at]) => at),
    ms: Float64Array.from(each, ([, ms]) => ms),
    endMs,
  }
}

/** Always so many. */
const always = (workers: number): Policy => ({ bucketMs: 10_000, decide: () => ({ workers, keepMs: 0 }) })

it('starts a worker for a task that finds none, and none for the next that comes within the keep-alive', () => {
  const few = tasks(200_000, [20_000, 1000], [60_000, 1000])
  const kept = replay(few, coldStartMs, new KeepAlive(30_000))
  expect(kept).toMatchObject({ coldStarts: 1, busyMs: 2000, warmUpMs: coldStartMs })
  // From 43 s to 60 s, and 30 s after 61 s.
  expect(kept.idleMs).toBe(17_000 + 30_000)
  const gone = replay(few, coldStartMs, new KeepAlive(10_000))
  expect(gone).toMatchObject({ coldStarts: 2, warmUpMs: 2 * coldStartMs, idleMs: 20_000 })
})

it('counts a task as a cold start that waits for a worker which starts ahead of it, for as long as that takes', () => {
  const early = replay(tasks(50_000, [12_000, 1000]), coldStartMs, always(1))
  // Wanted at 10 s, warm at 32 s.
  expect(early).toMatchObject({ coldStarts: 1, warmUpMs: coldStartMs, p95WaitMs: 20_000, idleMs: 17_000 })
  const later = replay(tasks(50_000, [40_000, 1000]), coldStartMs, always(1))
  expect(later).toMatchObject({ coldStarts: 0, p95WaitMs: 0, idleMs: 17_000 })
})

it('holds what is idle, starting and busy, and nothing else', () => {
  const many = tasksOf({ name: 'steady', stepMs: 1000, rates: new Array(2000).fill(0.7) }, [], 10_000, 'seed')
  for (const policy of [always(30), new KeepAlive(60_000)]) {
    const { idleMs, warmUpMs, busyMs, heldMs, tasks } = replay(many, coldStartMs, policy)
    expect(tasks).toBe(many.at.length)
    expect(busyMs).toBeCloseTo(many.ms.reduce((sum, ms) => sum + ms))
    expect(idleMs).toBeGreaterThan(0)
    expect(heldMs).toBeCloseTo(idleMs + warmUpMs + busyMs)
  }
})

it('takes counted requests as they were, and as many of means as those say', () => {
  const counted = tasksOf({ name: 'counted', stepMs: 1000, rates: [2, 0, 3] }, [500], 10, 'seed')
  expect([...counted.at].map((at) => Math.floor(at / 1000))).toEqual([0, 0, 2, 2, 2])
  expect([...counted.ms]).toEqual([500, 500, 500, 500, 500])
  const means = tasksOf({ name: 'means', stepMs: 60_000, rates: new Array(100).fill(0.5) }, [500], 10_000, 'seed')
  expect(means.at.length).toBeGreaterThan(2700)
  expect(means.at.length).toBeLessThan(3300)
})

it('knows how many are enough for a share of the time, and how long tasks wait for so many', () => {
  const two = tasks(6000, [500, 2000], [1500, 2000])
  // Nothing runs for 3 s, one task for 2 s, both for 1 s.
  expect([0.5, 0.8, 0.99].map((share) => enoughFor(two, share))).toEqual([0, 1, 2])
  expect(fixedPool(two, 0.99)).toEqual({ workers: 2, heldMs: 12_000, p95WaitMs: 0 })
  expect(fixedPool(two, 0.8)).toEqual({ workers: 1, heldMs: 6000, p95WaitMs: 1000 })
})

it('reads the frontier between its points, and takes the nearest end beyond them', () => {
  const frontier = new Frontier([
    { keepMs: 1, coldStarts: 1000, idleMs: 100 },
    { keepMs: 2, coldStarts: 1100, idleMs: 150 },
    { keepMs: 3, coldStarts: 10, idleMs: 300 },
  ])
  expect(frontier.coldStartsAt(200)).toBeCloseTo(100)
  expect(frontier.idleMsAt(100)).toBeCloseTo(200)
  expect([frontier.coldStartsAt(50), frontier.coldStartsAt(900)].map(Math.round)).toEqual([1000, 10])
  expect([frontier.idleMsAt(5000), frontier.idleMsAt(1)]).toEqual([100, 300])
})
