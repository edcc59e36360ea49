import type { TaskSummary } from '@souk/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { cost } from '../../src/analysis/cost.ts'
import { pricedRuns } from '../../src/analysis/priced-runs.ts'
import type { PeerSnapshotView } from '../../src/peer-snapshot-view.ts'
import type { Listing, ListOptions, TaskFinder } from '../../src/task-finder.ts'
import { demandReport } from '../demand-report.ts'
import { nowWallMs, seenHost, seenTask, seenTasks } from './seen.ts'

const rates = { cpu: 1, memory: 0, gpu: 0 }
const host = seenHost('h0', { cpuMilli: 4000, memoryBytes: 8e9 })
const snapshot = { self: host.peer, offer: host.offer, members: [] } as unknown as PeerSnapshotView
const info = { rates, demand: () => [demandReport] }
const hour = 3_600_000

function finderOf(tasks: TaskSummary[], missing: string[] = []) {
  const asked: ListOptions[] = []
  const list = async (options: ListOptions): Promise<Listing> => {
    asked.push(options)
    const found = tasks.filter(({ state }) => options.states.includes(state))
    return { tasks: found, total: found.length, missing }
  }
  return { asked, finder: { list } as unknown as TaskFinder }
}

const ended = (over: Partial<TaskSummary>, cpuMilli = 1000): TaskSummary =>
  seenTask({ state: 'closed', kind: 'succeeded', attempts: 1, host: 'h0', ...over }, { cpuMilli })

test('a run is priced by its host, its time and what it asked for; waste by what was used of it and by its end', () => {
  const at = { submittedWallMs: nowWallMs - 2 * hour, startedWallMs: nowWallMs - hour }
  const priced = (task: TaskSummary, hosts = [host]) => pricedRuns([task], hosts, rates, nowWallMs)[0]
  expect(priced(ended({ ...at, ranMs: 1000, usage: { cpuMs: 500 } }, 2000))).toMatchObject({
    perHour: 2,
    ranMs: 1000,
    earlierMs: 0,
    usedShare: 0.25,
    failed: false,
    waitedMs: hour,
  })
  // Earlier runs took about as long, but not longer than there was time for them.
  expect(priced(ended({ ...at, kind: 'failed', attempts: 3, ranMs: 1000 }))).toMatchObject({
    failed: true,
    earlierMs: 2000,
  })
  expect(priced(ended({ ...at, attempts: 9, ranMs: hour }))).toMatchObject({ earlierMs: hour })
  expect(priced(seenTask({ ...at, state: 'running' }))).toMatchObject({ ranMs: hour, failed: false })
  const dear = { ...host, offer: { ...host.offer, priceMilli: 400 } }
  expect(priced(ended({ ...at, ranMs: 1000 }, 2000), [dear])?.perHour).toBeCloseTo(0.2)
  expect(priced(ended({ ...at, ranMs: 1000, host: 'gone' }, 2000))?.perHour).toBe(2)
  expect(priced(seenTask({ submittedWallMs: at.submittedWallMs }))).toBeUndefined()
})

test('says what was spent, on whom, and what other ways would have cost', async () => {
  const now = Date.now()
  const task = (id: number, name: string, tenant: string): TaskSummary => {
    const submittedWallMs = now - hour - id
    const ran = { submittedWallMs, startedWallMs: submittedWallMs + 500, ranMs: hour / 2 }
    return ended({ id: String(id).padStart(24, '0'), class: name, tenant, ...ran })
  }
  const tasks = [task(1, 'render', 'lab'), task(2, 'render', 'desk'), task(3, 'test', 'desk')]
  const { asked, finder } = finderOf(tasks, ['h9'])
  const since = new Date(now - 2 * hour).toISOString()
  const found = await cost({ since, start: '20000' }, { finder, info }, snapshot)
  expect(found.total).toMatchObject({ tasks: 3, hours: 1.5, cost: 1.5 })
  expect(found.byClass.groups.map(({ name, cost }) => [name, cost])).toEqual([
    ['render', 1],
    ['test', 0.5],
  ])
  expect(found.byTenant.groups.map(({ name, cost }) => [name, cost])).toEqual([
    ['desk', 1],
    ['lab', 0.5],
  ])
  expect(found.byPeer.groups).toMatchObject([{ name: 'h0', tasks: 3 }])
  expect(found.byTask.groups).toHaveLength(3)
  expect(found.hosts).toMatchObject({ count: 1, priced: 0, perHour: 4 })
  expect(found.hosts.cost).toBeCloseTo(8)
  expect(found.compared).toMatchObject({ classes: 2, classesLeft: 0, startMs: 20_000, ran: 1.5, p95WaitMs: 500 })
  // Two workers of one class and one of the other, since the first task came an hour ago.
  expect(found.compared.since).toBe(new Date(now - hour - 3).toISOString())
  expect(found.compared.fixed.workers).toBe(3)
  expect(found.compared.fixed.cost).toBeCloseTo(3, 1)
  expect(found.compared.reactive.cost).toBeGreaterThan(1.5)
  // 40 s idle and two cold starts of 120 ms, at a core's price: nobody has priced the class.
  expect(found.warm).toMatchObject({ idleMs: 40_000, coldStarts: 2, coldStartMs: 240 })
  expect(found.warm.idleCost).toBeCloseTo(40 / 3600)
  expect(found).toMatchObject({ since, truncated: false, missing: ['h9'] })
  expect(asked.every(({ everywhere, filter }) => everywhere && filter?.sinceWallMs === Date.parse(since))).toBe(true)
})

test('nothing that ran costs nothing', async () => {
  const found = await cost({}, { finder: finderOf([seenTask()]).finder, info }, snapshot)
  expect(found.total).toMatchObject({ tasks: 0, cost: 0 })
  expect(found.compared.since).toBeUndefined()
  expect(found.compared).toMatchObject({ classes: 0, ran: 0, reactive: { cost: 0 }, fixed: { cost: 0 } })
})

test('a time that is none, to come, or too long ago is refused', async () => {
  const { finder } = finderOf([])
  for (const since of ['yesterday', new Date(Date.now() + hour).toISOString(), '2020-01-01T00:00:00Z'])
    await expect(cost({ since }, { finder, info }, snapshot)).rejects.toMatchObject({
      body: { code: 'request-invalid', path: '/since', message: expect.stringContaining('within the last 30 days') },
    })
})

test('whatever is listed, all groupings add up to the whole', async () => {
  await fc.assert(
    fc.asyncProperty(seenTasks, async (tasks) => {
      const all = tasks.map((task, i) => ({ ...task, id: String(i).padStart(24, '0') }))
      const found = await cost({}, { finder: finderOf(all).finder, info }, snapshot)
      for (const { groups, others } of [found.byClass, found.byTenant, found.byPeer, found.byTask]) {
        const sum = groups.reduce((so, group) => so + group.cost, others.cost)
        expect(sum).toBeCloseTo(found.total.cost, 6)
      }
    }),
    { numRuns: 30 },
  )
})
