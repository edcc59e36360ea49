import type { ClassReport } from '@souk/peer'
import { afterEach, expect, test } from 'vitest'
import { warmReason } from '../src/warm-reason.ts'
import { demandReport } from './demand-report.ts'
import { closeAll, open, serve } from './fixture.ts'

afterEach(closeAll)

test('says what is counted and foretold of each class, how well, and what stands warm and why', async () => {
  const { client } = await open([await serve()])
  const { bucketMs, classes } = await client.forecast({ class: 'function/render', buckets: 3 })
  expect(bucketMs).toBe(10_000)
  const [render] = classes
  expect(render).toMatchObject({ class: 'function/render', until: '2023-11-14T22:13:20.000Z', running: 1 })
  expect(render!.quantities[0]).toEqual({
    quantity: 'workers',
    history: [1, null, 3],
    ahead: [{ buckets: 1, point: 2, low: 0, high: 4, quantile: 3, by: 'combination' }],
    accuracy: [{ buckets: 1, count: 12, accuracy: 0.8, floor: 0.9, overLastValue: 0.7, pinball: 0.2, coverage: 0.91 }],
  })
  expect(render!.warm).toMatchObject({ mode: 'shadow', target: 3, ordered: 1, aheadBuckets: 1, free: 2 })
})

test('finds a class by what stands behind its kind, and nothing by a name that is none', async () => {
  const { client } = await open([await serve()])
  expect((await client.forecast({ class: 'render' })).classes).toHaveLength(1)
  expect((await client.forecast({ class: 'der' })).classes).toEqual([])
})

test('refuses what is no number of buckets', async () => {
  const { client } = await open([await serve()])
  await expect(client.forecast({ buckets: 1.5 })).rejects.toMatchObject({ code: 'request-invalid' })
})

type Warm = ClassReport['warm']
const earned = { ...demandReport.warm.trial, buckets: 300, busyBuckets: 60 }

test.each([
  ['function/resize', 'no call of it has run on this host yet, so it is not known what could stand warm for it'],
  [
    'process/make',
    'its runs start a process of their own each, and none is declared that could stand warm for them (souk up --warm-command)',
  ],
])('of %s nothing can stand warm, for a reason of its own', (name, reason) => {
  const report = { ...demandReport, class: name, warm: { ...demandReport.warm, free: undefined } }
  expect(warmReason(report)).toBe(reason)
})

test.each<[Partial<Warm>, string]>([
  [{}, '3 would be enough 90 % of the time, 10 s ahead; on trial: 12 of 60 buckets, 9 of 10 with runs so far'],
  [
    { mode: 'live', trial: earned, code: 'due', idleShare: 0.75, gaps: 12 },
    'idle 75 % of the time, and by 12 gaps its next run is due; forecasts decide: they cost 20 here, keeping what was used last 30',
  ],
  [
    { trial: { ...earned, forecastCost: 29.96 }, code: 'scale-down-delay' },
    'fewer than 3 are wanted, but not for a minute yet; only judged: they would cost 30 here, keeping what was used last 30',
  ],
  [{ executorCode: 'cannot-warm' }, 'what runs it here cannot be warmed: agents need a warm hook for it'],
])('what stands warm has its reason: %j', (over, reason) => {
  expect(warmReason({ ...demandReport, warm: { ...demandReport.warm, ...over } })).toBe(reason)
})
