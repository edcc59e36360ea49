import { emptyRequest } from '@souk/kernel'
import { encodeFrame, limits, type MessageOf, type TaskFilter, type TaskState } from '@souk/wire'
import { describe, expect, test } from 'vitest'
import { idOf, record, sent, wallMs } from './fixtures.ts'
import { alone, Keeper } from './keeper.ts'

const list = (keeper: Keeper, over: Partial<MessageOf<'list'>> = {}) => {
  const query = { t: 'list' as const, ask: 1, limit: 10, prefix: '', states: [] as TaskState[], without: [], ...over }
  return sent(keeper.message('reader', query), 'listed')[0]!.message
}
const ids = (keeper: Keeper, filter: Partial<TaskFilter>) =>
  list(keeper, { filter: { kinds: [], ...filter } }).tasks.map(({ id }) => id)

/** Tasks of these specs, a second apart, the first one oldest. */
function keeping(specs: Record<string, Parameters<typeof record>[1]>): Keeper {
  const keeper = alone()
  for (const [i, [name, spec]] of Object.entries(specs).entries()) {
    const kept = { ...record(name, spec, ['origin']), submittedWallMs: wallMs + 1000 * i }
    keeper.store(name, { record: kept })
    keeper.write()
  }
  return keeper
}

describe('a filtered listing', () => {
  test('has what fits all that was given', () => {
    const keeper = keeping({
      a: { tenant: 'x', class: 'process/train', name: 'night 1' },
      b: { tenant: 'x', class: 'process/test', name: 'night 2' },
      c: { tenant: 'y', class: 'process/train', name: 'day 1', priority: 'high' },
    })
    expect(ids(keeper, { tenant: 'x' })).toEqual([idOf('b'), idOf('a')])
    expect(ids(keeper, { class: '*/tr*' })).toEqual([idOf('c'), idOf('a')])
    expect(ids(keeper, { class: '*/tr*', name: 'night ?' })).toEqual([idOf('a')])
    expect(ids(keeper, { priority: 'high' })).toEqual([idOf('c')])
    expect(ids(keeper, { sinceWallMs: wallMs + 1000, untilWallMs: wallMs + 1999 })).toEqual([idOf('b')])
  })

  test('has by outcome and by host only what ended so and there', () => {
    const keeper = keeping({ a: {}, b: {} })
    keeper.close('a')
    expect(ids(keeper, { kinds: ['succeeded', 'failed'] })).toEqual([idOf('a')])
    expect(ids(keeper, { kinds: ['lost'] })).toEqual([])
    expect(ids(keeper, { host: 'worker' })).toEqual([idOf('a')])
  })

  test('goes on after the last of the page before, and tells each task once', () => {
    const keeper = keeping({ a: {}, b: {}, c: {}, d: {}, e: {} })
    const told: string[] = []
    let filter: TaskFilter = { kinds: [] }
    for (
      let page = list(keeper, { limit: 2, filter });
      page.tasks.length > 0;
      page = list(keeper, { limit: 2, filter })
    ) {
      told.push(...page.tasks.map(({ id }) => id))
      const { submittedWallMs, id } = page.tasks.at(-1)!
      filter = { kinds: [], after: { submittedWallMs, id } }
    }
    expect(told).toEqual(['e', 'd', 'c', 'b', 'a'].map(idOf))
  })
})

describe('members that were removed', () => {
  const unendable = (keeper: Keeper, keptBy?: string) => ids(keeper, { unendable: true, ...(keptBy && { keptBy }) })
  const five = ['c1', 'c2', 'c3', 'c4', 'c5']

  test('are passed over: of the other custodians the first one tells of a task', () => {
    const keeper = new Keeper({}, { self: 'c2' })
    keeper.keep('a')
    expect(ids(keeper, {})).toEqual([])
    keeper.mesh.out.add('c1')
    expect(ids(keeper, {})).toEqual([idOf('a')])
  })

  test('leave a task without an end where they were most of its custodians, unless it has ended', () => {
    const keeper = new Keeper()
    for (const name of ['a', 'closed']) keeper.keep(name)
    keeper.close('closed')
    keeper.keep('b', {}, five)
    keeper.mesh.out.add('c2')
    expect(unendable(keeper)).toEqual([])
    keeper.mesh.out.add('c3')
    expect(unendable(keeper)).toEqual([idOf('a')])
    keeper.mesh.out.add('c4')
    expect(unendable(keeper).sort()).toEqual([idOf('a'), idOf('b')].sort())
  })

  test('may be one more: told is what that one keeps, and of it what would lose its majority', () => {
    const keeper = new Keeper()
    keeper.keep('a')
    keeper.keep('b', {}, five)
    keeper.keep('c', {}, ['c1', 'c3', 'c4'])
    expect(ids(keeper, { keptBy: 'c2' }).sort()).toEqual([idOf('a'), idOf('b')].sort())
    expect(unendable(keeper, 'c2')).toEqual([])
    keeper.mesh.out.add('c3')
    expect(unendable(keeper, 'c2')).toEqual([idOf('a')])
    // It has none to lose any more.
    keeper.mesh.out.add('c2')
    expect(unendable(keeper, 'c2')).toEqual([])
  })
})

test('a page of tasks with the longest names fits into a frame', () => {
  const keeper = alone()
  const long = '\u{4e00}'.repeat(limits.nameCharsMax)
  const labels = Object.fromEntries(Array.from({ length: 8 }, (_, i) => [`${i}${long.slice(2)}`, long]))
  const count = 300
  for (let i = 0; i < count; i++) {
    const spec = { name: long, class: long, tenant: long, labels }
    keeper.store(`${1000 + i}x`, { record: record(`${1000 + i}x`, spec, ['origin']) })
    keeper.write()
  }
  const page = list(keeper, { limit: limits.tasksPerMessageMax })
  expect(page.total).toBe(count)
  expect(page.tasks.length).toBeGreaterThan(20)
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  expect(encodeFrame({ incarnation: 1, load, messages: [page] }).length).toBeLessThan(limits.frameBytesMax)
})

test('a page of tasks with all the alternatives that there may be fits into a frame', () => {
  const keeper = alone()
  const name = (i: number) => `${i}`.padEnd(limits.nameCharsMax, '\u{4e00}')
  const custom = Object.fromEntries(Array.from({ length: limits.labelsMax }, (_, i) => [name(i), 1]))
  const model = (_: unknown, i: number) => `${i}`.padEnd(limits.gpuModelCharsMax, 'x')
  const gpu = { count: 1, milli: 1000, models: Array.from({ length: limits.gpuModelsMax }, model) }
  const request = { ...emptyRequest(), custom, gpu }
  const alternatives = Array(limits.alternativesMax).fill(request)
  for (let i = 0; i < 100; i++) keeper.keep(`${1000 + i}x`, { request, alternatives }, ['origin'])
  const page = list(keeper, { limit: limits.tasksPerMessageMax })
  expect(page.tasks[0]!.needs.alternatives).toHaveLength(limits.alternativesMax)
  const load = { seq: 0, waiting: 0, freeSlots: 0, running: 0, draining: false, saidMs: 0 }
  expect(encodeFrame({ incarnation: 1, load, messages: [page] }).length).toBeLessThan(limits.frameBytesMax)
})

test('a line says what a task needs, who ran it and how long, and keeps its kind when the result is forgotten', () => {
  const keeper = alone({ keepMs: 1000, sweepMs: 100 })
  keeper.keep('a', { work: { kind: 'function', name: 'resize', args: '[1]' } }, ['origin'])
  keeper.close('a')
  const whole = list(keeper).tasks[0]!
  expect(whole.needs).toMatchObject({ executor: 'function', function: 'resize' })
  expect(whole.ranMs).toBeDefined()
  expect(whole.startedWallMs).toBeGreaterThanOrEqual(whole.submittedWallMs)
  keeper.write()
  keeper.pass(60_000)
  const kept = list(keeper).tasks[0]!
  expect(kept).toMatchObject({ kind: 'succeeded', host: 'worker', needs: { executor: 'function', function: 'resize' } })
  expect(kept).not.toHaveProperty('ranMs')
})

test('a line says where a task may be: by its expression, its ties, and its gang', () => {
  const keeper = alone()
  const apart = [{ group: 'db', required: true }]
  keeper.keep('a', { where: 'cores >= 8', group: 'db', apart, gang: { id: '0'.repeat(24), size: 2, rank: 0 } }, [
    'origin',
  ])
  expect(list(keeper).tasks[0]!.needs).not.toHaveProperty('alternatives')
  expect(list(keeper).tasks[0]!.needs).toMatchObject({ where: 'cores >= 8', group: 'db', apart, gang: true })
})

test('a line says what will do instead, and who has the inputs from the start', () => {
  const keeper = alone()
  const alternatives = [{ ...emptyRequest(), cpuMilli: 4000 }]
  const inputs = [{ path: 'data', blob: { hash: '0'.repeat(64), sizeBytes: 9 }, mode: 0o644 }]
  keeper.keep('a', { alternatives, inputs }, ['origin'])
  const [line] = list(keeper).tasks
  expect(line!.needs.alternatives).toEqual(alternatives)
  expect(line!.inputBytes).toBe(9)
  expect(line!.inputsAt).toContain(line!.origin)
})
