import { TenantShares } from '@souk/kernel'
import type { Priority } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { RunQueue } from '../src/run-queue.ts'
import { Bench, capacity, request, started } from './fixtures.ts'

const fair = { shares: new TenantShares(), total: capacity() }
const line = (queue: RunQueue<string>, now: number, limit = 10) =>
  [...queue.inOrder(limit, now, fair)].map(({ item }) => item)
const push = (queue: RunQueue<string>, priority: Priority, item: string, now: number, dueWallMs?: number) =>
  queue.push({ priority, tenant: 'tenant', dueWallMs }, item, now)

describe('the order of the queue', () => {
  test('is priority, then arrival', () => {
    const queue = new RunQueue<string>(1000)
    push(queue, 'low', 'l', 0)
    push(queue, 'medium', 'm1', 1)
    push(queue, 'critical', 'c', 2)
    push(queue, 'medium', 'm2', 3)
    expect(line(queue, 3)).toEqual(['c', 'm1', 'm2', 'l'])
    expect(line(queue, 3, 2)).toEqual(['c', 'm1'])
  })

  test('lets one that waits rise a level with every period, but not past an equal that was there', () => {
    const queue = new RunQueue<string>(1000)
    push(queue, 'low', 'old', 0)
    push(queue, 'medium', 'new', 1500)
    expect(line(queue, 1500)).toEqual(['new', 'old'])
    expect(line(queue, 2000)).toEqual(['old', 'new'])
  })

  test('is the earliest deadline first within a priority, before those that have none', () => {
    const queue = new RunQueue<string>(1000)
    push(queue, 'medium', 'whenever', 0)
    push(queue, 'medium', 'by 900', 1, 900)
    push(queue, 'medium', 'by 500', 2, 500)
    push(queue, 'medium', 'by 500 too', 3, 500)
    push(queue, 'low', 'by 100', 4, 100)
    expect(line(queue, 5)).toEqual(['by 500', 'by 500 too', 'by 900', 'whenever', 'by 100'])
  })

  test('lets one without a deadline go before later ones with one, once it has waited long', () => {
    const queue = new RunQueue<string>(1000)
    push(queue, 'medium', 'whenever', 0)
    push(queue, 'medium', 'soon', 900, 2000)
    expect(line(queue, 999)).toEqual(['soon', 'whenever'])
    expect(line(queue, 1000)).toEqual(['whenever', 'soon'])
  })

  test('keeps its size through removals', () => {
    const queue = new RunQueue<string>(1000)
    push(queue, 'high', 'a', 0)
    push(queue, 'low', 'b', 0)
    expect(queue.remove((item) => item === 'b')).toBe('b')
    expect(queue.remove((item) => item === 'b')).toBeUndefined()
    expect([queue.size, ...queue.items()]).toEqual([1, 'a'])
  })
})

describe('what starts next', () => {
  const wide = { request: request({ cpuMilli: 2000 }) }
  const narrow = { request: request({ cpuMilli: 1000 }) }

  test('is the first by priority when room comes back', () => {
    const bench = new Bench(capacity({ slots: 1 }))
    bench.take('running')
    bench.take('low', { priority: 'low' })
    bench.take('high', { priority: 'high' })
    expect(started(bench.ran('running'))).toEqual(['high'])
    expect(started(bench.ran('high'))).toEqual(['low'])
  })

  test('is a later one that fits while the first has not waited long', () => {
    const bench = new Bench(capacity({ slots: 4, cpuMilli: 2000 }), { overtakeMsMax: 500 })
    bench.take('running', narrow)
    expect(started(bench.take('wide', wide))).toEqual([])
    expect(started(bench.at(499).take('narrow', narrow))).toEqual(['narrow'])
  })

  test('is nobody but the first once it has waited its time', () => {
    const bench = new Bench(capacity({ slots: 4, cpuMilli: 2000 }), { overtakeMsMax: 500 })
    bench.take('a', narrow)
    bench.take('wide', wide)
    expect(started(bench.at(500).take('narrow', narrow))).toEqual([])
    expect(started(bench.ran('a'))).toEqual(['wide'])
    expect(started(bench.ran('wide'))).toEqual(['narrow'])
  })

  test('is found among the first few only', () => {
    const bench = new Bench(capacity({ slots: 9, cpuMilli: 2000 }), { overtakeScanMax: 2 })
    bench.take('running', narrow)
    bench.take('wide1', wide)
    bench.take('wide2', wide)
    expect(started(bench.take('narrow', narrow))).toEqual([])
    bench.halt('wide1')
    expect(bench.host.running).toBe(2)
  })
})
