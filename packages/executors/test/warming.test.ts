import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileRef } from '@souk/wire'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { FunctionExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { call, order, self } from './orders.ts'
import { Recorder, text } from './recorder.ts'

// Real processes and threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const fixture = fileURLToPath(new URL('./fixtures/functions.ts', import.meta.url))
const blobs = new MemoryBlobs()
let dataFolder: string
let executor: FunctionExecutor
let events: Recorder

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-warming-'))
  executor = new FunctionExecutor({ self, dataFolder, blobs, modules: [fixture], threadsMax: 2 })
  events = new Recorder()
  await executor.start(events, new AbortController().signal)
})

afterEach(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

async function warm(workers: number, work: { name: string; module?: FileRef }) {
  const before = events.warmedAnswers.length
  executor.warm({ class: 'test', work, workers })
  await events.until(() => events.warmedAnswers.length > before)
  return events.warmedAnswers.at(-1)
}

async function warmUpOf(work: Parameters<typeof order>[0]): Promise<number | undefined> {
  const wanted = order(work)
  executor.run(wanted)
  await events.result(wanted.task)
  return events.warmUps.get(wanted.task)
}

test('threads that were warmed have a module loaded before the first call of it', async () => {
  const module: FileRef = { path: 'm.mjs', blob: blobs.add('export const two = () => 2'), mode: 0o644 }
  const first = await warm(2, { name: 'two', module })
  expect(first).toMatchObject({ class: 'test', workers: 2 })
  expect(first?.tookMs).toBeGreaterThan(0)
  const work = { kind: 'function', name: 'two', args: '[]', module } as const
  const runs = [order(work), order(work)]
  for (const run of runs) executor.run(run)
  for (const { task } of runs) {
    expect(text((await events.result(task)).value)).toBe('2')
    expect(events.warmUps.get(task)).toBe(0)
  }
  expect(await warm(2, { name: 'two', module })).toEqual({ class: 'test', workers: 2, tookMs: 0 })
})

test('a call that has to load its module says how long that took', async () => {
  const module: FileRef = { path: 'slow.mjs', blob: blobs.add('export const three = () => 3'), mode: 0o644 }
  expect(await warmUpOf({ kind: 'function', name: 'three', args: '[]', module })).toBeGreaterThan(0)
})

test('no more are warmed than there are threads, and none beside those that work', async () => {
  expect(await warm(5, { name: 'add' })).toMatchObject({ workers: 2, code: 'threads-max' })
  const busy = [order(call('hang')), order(call('hang'))]
  for (const run of busy) {
    executor.run(run)
    await events.started(run.task)
  }
  expect(await warm(2, { name: 'add' })).toEqual({ class: 'test', workers: 2, tookMs: 0 })
  for (const { task, ballot } of busy) executor.halt(task, ballot, 'cancelled')
})

test('agents are told of no more than they have slots, and the answer says so', async () => {
  const told: [string, number][] = []
  const detach = executor.agents.attach(
    'a',
    ['served'],
    3,
    () => {},
    undefined,
    (name, count) => told.push([name, count]),
  )
  expect(await warm(5, { name: 'served' })).toEqual({ class: 'test', workers: 3, tookMs: 0, code: 'slots-max' })
  expect(await warm(2, { name: 'served' })).toEqual({ class: 'test', workers: 2, tookMs: 0 })
  expect(told).toEqual([
    ['served', 3],
    ['served', 2],
  ])
  detach()
})

test('what cannot be warmed is said so, and calls go on', async () => {
  expect(await warm(1, { name: 'nobody' })).toEqual({ class: 'test', workers: 0, tookMs: 0, code: 'cannot-warm' })
  const broken: FileRef = { path: 'b.mjs', blob: blobs.add('not javascript'), mode: 0o644 }
  expect(await warm(1, { name: 'x', module: broken })).toMatchObject({ workers: 0, code: 'warm-failed' })
  const away: FileRef = { path: 'a.mjs', blob: { hash: '0'.repeat(64), sizeBytes: 7 }, mode: 0o644 }
  expect(await warm(1, { name: 'x', module: away })).toMatchObject({ workers: 0, code: 'warm-failed' })
  expect(await warmUpOf(call('add', 1, 2))).toBeDefined()
})

test('agents with a hook are told how many calls are expected at once, as far as they have slots', async () => {
  const told: [string, string, number][] = []
  const attach = (id: string, slots: number) =>
    executor.agents.attach(
      id,
      ['greet'],
      slots,
      () => {},
      () => {},
      (name, workers) => told.push([id, name, workers]),
    )
  attach('a', 2)
  attach('b', 8)
  executor.agents.attach('deaf', ['wave'], 4, () => {})
  expect(await warm(5, { name: 'greet' })).toEqual({ class: 'test', workers: 5, tookMs: 0 })
  expect(told).toEqual([
    ['a', 'greet', 2],
    ['b', 'greet', 3],
  ])
  expect(await warm(5, { name: 'wave' })).toMatchObject({ code: 'cannot-warm' })
})

test('threads that are not used any more end, and the next call gets a new one', async () => {
  await executor.stop()
  executor = new FunctionExecutor({ self, dataFolder, blobs, modules: [fixture], threadsMax: 2, threadIdleMs: 100 })
  await executor.start(events, new AbortController().signal)
  const threads = () => (process.report.getReport() as { workers: unknown[] }).workers.length
  for (const sum of [3, 7]) {
    const wanted = order(call('add', 1, sum - 1))
    executor.run(wanted)
    expect(text((await events.result(wanted.task)).value)).toBe(`${sum}`)
    await expect.poll(threads, { timeout: 30_000 }).toBe(0)
  }
})
