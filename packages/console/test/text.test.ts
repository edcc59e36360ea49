import {
  amountsOf,
  amountText,
  countText,
  doingOf,
  durationText,
  factorText,
  realWaitText,
  usedText,
  waitText,
} from '@souk/console'
import { expect, test } from 'vitest'

test('durations read as people say them', () => {
  const texts = [0.42, 12, 950, 3_250, 61_000, 3_900_000, 90_000_000, -5].map(durationText)
  expect(texts).toEqual(['0.4 ms', '12 ms', '950 ms', '3.3 s', '1 min 1 s', '1 h 5 min', '1 d 1 h', '-5 ms'])
})

test('amounts are told in the unit of their resource', () => {
  expect(amountText('memory', 1.5e9)).toBe('1.5 GB')
  expect(amountText('cpu', 0.25)).toBe('0.25')
  expect(countText(12_345)).toBe('12.3k')
  expect([0.97, 4.4, 900.75, 12_345].map(factorText)).toEqual(['97 %', '440 %', '× 901', '× 12.3k'])
})

test('of a host and of a request each resource is found that is there', () => {
  const offered = { cpuMilli: 4000, memoryBytes: 2 ** 31, slots: 4, gpuMilli: [1000, 1000], custom: { licence: 2 } }
  expect(amountsOf(offered)).toEqual([
    { resource: 'slots', amount: 4 },
    { resource: 'cpu', amount: 4 },
    { resource: 'memory', amount: 2 ** 31 },
    { resource: 'gpu', amount: 2 },
    { resource: 'licence', amount: 2 },
  ])
  expect(amountsOf({ gpu: { count: 1, milli: 500 } })).toEqual([{ resource: 'gpu', amount: 0.5 }])
  expect(amountsOf({ gpu: { count: 2, milli: 0 } })).toEqual([{ resource: 'gpu', amount: 2 }])
})

test('waits say of how many tasks they are, and how many never start', () => {
  const wait = { tasks: 12, meanMs: 2_000, p95Ms: 4_000, never: 0 }
  expect(waitText(wait)).toBe('mean 2 s, p95 4 s of 12 tasks')
  expect(waitText({ ...wait, never: 1 })).toBe('mean 2 s, p95 4 s of 12 tasks; 1 never starts')
  expect(waitText({ tasks: 0, meanMs: 0, p95Ms: 0, never: 3 })).toBe('3 never start')
  expect(waitText({ tasks: 0, meanMs: 0, p95Ms: 0, never: 0 })).toBe('–')
  expect(realWaitText({ started: 0, waiting: 2, meanMs: 0, p95Ms: 0 })).toBe('none has begun yet; 2 not begun')
  expect(realWaitText({ started: 1, waiting: 0, meanMs: 50, p95Ms: 50 })).toBe('mean 50 ms, p95 50 ms of 1 task')
})

test('the use of a host stands beside what is usual at that hour, where that is known', () => {
  const hours = [{ hourOfWeek: 9, samples: 120, p50: 12.4, p95: 80 }]
  const latest = { at: '2026-11-29T09:30:00Z', hourOfWeek: 9, value: 34 }
  expect(usedText({ resource: 'cpu', hours, latest })).toBe('34 %; usual at this hour: 12 %, now and then 80 %')
  expect(usedText({ resource: 'network', hours, latest: { ...latest, hourOfWeek: 10 } })).toBe('34 Mbit/s')
  expect(usedText({ resource: 'cpu', hours })).toBe('not measured yet')
})

test('of a machine of a peer it is said what its timer is for; one of a newer peer stands without', () => {
  expect(doingOf('bidder')).toBe('asks others for work that waits')
  expect(doingOf('oracle')).toBe('')
})
