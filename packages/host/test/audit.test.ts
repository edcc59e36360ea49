import { emptyRequest, emptyVector, type ResourceRequest, type ResourceVector } from '@souk/kernel'
import { describe, expect, test } from 'vitest'
import { Audit, type MeasuredRun, type Promised } from '../src/audit.ts'
import { Bench, ballot, capacity, request } from './fixtures.ts'

const total: ResourceVector = {
  ...emptyVector(),
  slots: 4,
  cpuMilli: 4000,
  memoryBytes: 1000,
  gpuMilli: [1000],
  custom: { licence: 1 },
}

/** A host of that size on which these run, by what they asked for; its ledger is right. */
function holding(requests: Record<string, Partial<ResourceRequest>>): Promised {
  const free = structuredClone(total)
  const taken = new Map(
    Object.entries(requests).map(([task, over]) => {
      const allocation = { request: { ...emptyRequest(), ...over }, gpuDevices: over.gpu ? [0] : [] }
      free.slots -= allocation.request.slots
      free.cpuMilli -= allocation.request.cpuMilli
      free.memoryBytes -= allocation.request.memoryBytes
      if (over.gpu) free.gpuMilli[0]! -= over.gpu.milli
      for (const name in over.custom) free.custom[name]! -= over.custom[name]!
      return [task, allocation]
    }),
  )
  return { total, free, taken, runs: [...taken.keys()].map((task) => ({ task, ballot: ballot() })), awaited: new Set() }
}
const run = (task: string, use: Partial<MeasuredRun> = {}): MeasuredRun => ({ task, ballot: ballot(), ...use })

describe('an audit', () => {
  test('of a host where all goes together says nothing', () => {
    const promised = holding({ a: { cpuMilli: 1000, memoryBytes: 500 }, b: { gpu: { count: 1, milli: 400 } } })
    expect(new Audit().look(promised, [run('a', { memoryBytes: 500, cpuMilli: 1100 }), run('b')])).toEqual([])
  })

  test('tells what is promised over what there is, for each resource and device', () => {
    const promised = holding({
      a: { memoryBytes: 700, custom: { licence: 1 } },
      b: { memoryBytes: 700, gpu: { count: 1, milli: 1100 }, custom: { licence: 1 } },
    })
    expect(new Audit().look(promised, [run('a'), run('b')])).toEqual([
      { code: 'over-capacity', resource: 'memoryBytes', seen: 1400, allowed: 1000 },
      { code: 'over-capacity', resource: 'custom licence', seen: 2, allowed: 1 },
      { code: 'over-capacity', resource: 'gpu 0', seen: 1100, allowed: 1000 },
    ])
  })

  test('tells of a ledger whose free and taken are not together what there is', () => {
    const promised = holding({ a: { cpuMilli: 1000 } })
    promised.free.cpuMilli += 500
    expect(new Audit().look(promised, [run('a')])).toEqual([
      { code: 'ledger-drift', resource: 'cpuMilli', seen: 3500, allowed: 3000 },
    ])
  })

  test('tells of a run that nobody ordered, and of one that no executor has, when they are so twice in a row', () => {
    const audit = new Audit()
    const promised = holding({ a: {} })
    expect(audit.look(promised, [run('stray')])).toEqual([])
    expect(audit.look(promised, [run('stray')])).toEqual([
      { code: 'unknown-run', task: 'stray', resource: 'run', seen: 1, allowed: 0 },
      { code: 'missing-run', task: 'a', resource: 'run', seen: 0, allowed: 1 },
    ])
    expect(audit.look(promised, [run('a')])).toEqual([])
    expect(audit.look(promised, [])).toEqual([])
  })

  test('a run under another ballot is another run', () => {
    const audit = new Audit()
    const other = [{ ...run('a'), ballot: ballot(7) }]
    audit.look(holding({ a: {} }), other)
    expect(audit.look(holding({ a: {} }), other).map(({ code }) => code)).toEqual(['unknown-run', 'missing-run'])
  })

  test('tells of room that is kept for nothing', () => {
    const audit = new Audit()
    const promised = { ...holding({ a: { cpuMilli: 1000 } }), runs: [] }
    expect(audit.look(promised, [])).toEqual([])
    expect(audit.look(promised, [])).toEqual([
      { code: 'missing-run', task: 'a', resource: 'room', seen: 0, allowed: 1 },
    ])
    expect(audit.look({ ...promised, awaited: new Set(['a']) }, [])).toEqual([])
  })

  test('tells what uses more than it asked for; what asked for none may use any', () => {
    const promised = holding({ a: { cpuMilli: 1000, memoryBytes: 500 }, b: {} })
    const measured = [run('a', { memoryBytes: 501, cpuMilli: 1351 }), run('b', { memoryBytes: 9e9, cpuMilli: 9e3 })]
    expect(new Audit().look(promised, measured)).toEqual([
      { code: 'over-promise', task: 'a', resource: 'memoryBytes', seen: 501, allowed: 500 },
      { code: 'over-promise', task: 'a', resource: 'cpuMilli', seen: 1351, allowed: 1000 },
    ])
  })

  test('is bounded', () => {
    const measured = Array.from({ length: 500 }, (_, i) => run(`stray ${i}`))
    const audit = new Audit()
    audit.look(holding({}), measured)
    expect(audit.look(holding({}), measured)).toHaveLength(64)
  })
})

describe('a host that is told what really runs', () => {
  const breaches = (bench: Bench, runs: MeasuredRun[]) =>
    bench
      .step({ type: 'measured', runs, awaited: new Set(bench.host.reserved) })
      .flatMap((effect) => (effect.type === 'breach' ? [effect.breach] : []))

  test('says nothing while it queues, starts, runs and ends as it believes', () => {
    const bench = new Bench(capacity({ slots: 1, cpuMilli: 1000 }))
    const spec = { request: request({ cpuMilli: 1000 }) }
    bench.take('a', spec)
    bench.take('b', spec)
    for (let i = 0; i < 3; i++) expect(breaches(bench, [run('a')])).toEqual([])
    bench.step({ type: 'running', task: 'a', ballot: ballot() })
    expect(breaches(bench, [run('a')])).toEqual([])
    bench.step({ type: 'halt', task: 'a', ballot: ballot(), code: 'cancelled' })
    expect(breaches(bench, [run('a')])).toEqual([])
  })

  test('tells of what shrank under a run, and keeps it until the next look', () => {
    const bench = new Bench(capacity({ slots: 1, cpuMilli: 1000 }))
    bench.take('a', { request: request({ cpuMilli: 1000 }) })
    bench.step({ type: 'capacity', capacity: capacity({ slots: 1, cpuMilli: 400 }) })
    const breach = { code: 'over-capacity', resource: 'cpuMilli', seen: 1000, allowed: 400 }
    expect(breaches(bench, [run('a')])).toEqual([breach])
    expect(bench.host.breaches).toEqual([breach])
    bench.step({ type: 'capacity', capacity: capacity({ slots: 1, cpuMilli: 1000 }) })
    expect(breaches(bench, [run('a')])).toEqual([])
    expect(bench.host.breaches).toEqual([])
  })
})
