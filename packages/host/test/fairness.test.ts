import { dominantShare, type ResourceRequest, useOf, weightOf } from '@souk/kernel'
import { priorities, type TaskSpec } from '@souk/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Bench, capacity, request, started } from './fixtures.ts'

const total = capacity({ slots: 8, cpuMilli: 8000, memoryBytes: 800 })

describe('of several tenants', () => {
  test('each gets its part of the room, however much the other has waiting', () => {
    const bench = new Bench(capacity({ slots: 4 }))
    for (let i = 0; i < 6; i++) bench.take(`greedy${i}`, { tenant: 'greedy' })
    for (let i = 0; i < 3; i++) bench.take(`late${i}`, { tenant: 'late' })
    const order = ['greedy0', 'greedy1', 'greedy2', 'greedy3'].flatMap((task) => started(bench.ran(task)))
    expect(order).toEqual(['late0', 'late1', 'greedy4', 'greedy5'])
  })

  test('the one whose dominant share is smaller goes first, whichever resource that is', () => {
    const bench = new Bench(capacity({ slots: 10, cpuMilli: 10_000, memoryBytes: 100 }))
    const cpus = { tenant: 'cpus', request: request({ cpuMilli: 4000 }) }
    const memory = { tenant: 'memory', request: request({ memoryBytes: 25 }) }
    bench.take('c1', cpus)
    bench.take('m1', memory)
    bench.take('m2', memory)
    bench.take('full', { tenant: 'third', request: request({ slots: 7 }) })
    bench.take('m3', memory)
    bench.take('c2', cpus)
    // cpus has 4 of 10, memory 50 of 100.
    expect(started(bench.ran('full'))).toEqual(['c2', 'm3'])
  })

  test('a weight of two gets twice as much', () => {
    const bench = new Bench(capacity({ slots: 3 }), { tenantWeights: { heavy: 2 } })
    bench.take('full', { tenant: 'third', request: request({ slots: 3 }) })
    for (let i = 0; i < 4; i++) {
      bench.take(`light${i}`, { tenant: 'light' })
      bench.take(`heavy${i}`, { tenant: 'heavy' })
    }
    expect(started(bench.ran('full'))).toEqual(['heavy0', 'light0', 'heavy1'])
  })

  test('priority comes before fairness, and fairness before deadlines', () => {
    const bench = new Bench(capacity({ slots: 2 }))
    bench.take('a1', { tenant: 'a' })
    bench.take('full', { tenant: 'third' })
    bench.take('a2', { tenant: 'a', deadlineMs: 1 })
    bench.take('b1', { tenant: 'b' })
    bench.take('a3', { tenant: 'a', priority: 'high' })
    expect(started(bench.ran('full'))).toEqual(['a3'])
    expect(started(bench.ran('a3'))).toEqual(['b1'])
    expect(started(bench.ran('b1'))).toEqual(['a2'])
  })
})

/** What a tenant has, worked out anew from what runs. */
function shareOf(running: Map<string, TaskSpec>, tenant: string, weights: Record<string, number>): number {
  const own = [...running.values()].filter((spec) => spec.tenant === tenant).map((spec) => spec.request)
  const sum = own.reduce((all, one) => add(all, one), request({ slots: 0 }))
  return dominantShare(useOf(sum), total) / weightOf(weights, tenant)
}

const add = (a: ResourceRequest, b: ResourceRequest): ResourceRequest => ({
  ...a,
  slots: a.slots + b.slots,
  cpuMilli: a.cpuMilli + b.cpuMilli,
  memoryBytes: a.memoryBytes + b.memoryBytes,
})

test('I14: whoever starts had no more than another of its priority that waits and would fit', () => {
  const arrival = fc.record({
    tenant: fc.constantFrom('a', 'b', 'c'),
    priority: fc.constantFrom(...priorities),
    slots: fc.integer({ min: 1, max: 3 }),
    cpuMilli: fc.integer({ min: 0, max: 4000 }),
    memoryBytes: fc.integer({ min: 0, max: 400 }),
    deadlineMs: fc.option(fc.integer({ min: 1, max: 1000 }), { nil: undefined }),
  })
  const steps = fc.array(fc.oneof(arrival, fc.constant('end' as const)), { minLength: 20, maxLength: 120 })
  const weights = fc.record({ a: fc.constantFrom(1, 2, 3), b: fc.constantFrom(1, 2) })
  fc.assert(
    fc.property(steps, weights, (sequence, tenantWeights) => {
      const bench = new Bench(total, { tenantWeights, ageingMs: 10 ** 9, overtakeScanMax: 1000 })
      const waiting = new Map<string, TaskSpec>()
      const running = new Map<string, TaskSpec>()
      const check = (starts: string[]): void => {
        for (const id of starts) {
          const spec = waiting.get(id)!
          const had = shareOf(running, spec.tenant, tenantWeights)
          for (const other of waiting.values()) {
            const rivals = other.tenant !== spec.tenant && other.priority === spec.priority
            if (!rivals || !wouldFit(running, other.request)) continue
            expect(had).toBeLessThanOrEqual(shareOf(running, other.tenant, tenantWeights) + 1e-9)
          }
          waiting.delete(id)
          running.set(id, spec)
        }
      }
      sequence.forEach((step, i) => {
        if (step === 'end') {
          const [id] = running.keys()
          if (id === undefined) return
          running.delete(id)
          check(started(bench.ran(id)))
          return
        }
        const { slots, cpuMilli, memoryBytes, deadlineMs, ...rest } = step
        const spec = { ...rest, request: request({ slots, cpuMilli, memoryBytes }) }
        const over = deadlineMs === undefined ? spec : { ...spec, deadlineMs }
        waiting.set(`t${i}`, over as TaskSpec)
        check(started(bench.take(`t${i}`, over)))
      })
    }),
  )
})

function wouldFit(running: Map<string, TaskSpec>, wanted: ResourceRequest): boolean {
  return (['slots', 'cpuMilli', 'memoryBytes'] as const).every((name) => {
    const used = [...running.values()].reduce((sum, { request: one }) => sum + one[name], 0)
    return wanted[name] <= total[name] - used
  })
}
