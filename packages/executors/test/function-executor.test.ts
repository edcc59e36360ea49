import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FileRef, RunResult } from '@souk/wire'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { FunctionExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { call, command, order, self } from './orders.ts'
import { Recorder, text } from './recorder.ts'

// Real processes and threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const fixture = fileURLToPath(new URL('./fixtures/functions.ts', import.meta.url))
const blobs = new MemoryBlobs()
const events = new Recorder()
const signal = new AbortController().signal
let dataFolder: string
let executor: FunctionExecutor

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-function-'))
  executor = new FunctionExecutor({ self, dataFolder, blobs, modules: [fixture], threadsMax: 2 })
  await executor.start(events, signal)
})

afterAll(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

async function run(...args: Parameters<typeof order>): Promise<RunResult> {
  const wanted = order(...args)
  executor.run(wanted)
  return await events.result(wanted.task)
}

function withModule(source: string, name: string, path = 'task.mjs'): Parameters<typeof order>[0] {
  const module: FileRef = { path, blob: blobs.add(source), mode: 0o644 }
  return { kind: 'function', name, args: '[2]', module }
}

test('the exported functions of a registered module are offered by name', () => {
  expect(executor.functions()).toContain('add')
  expect(executor.functions()).not.toContain('limit')
})

test('a value comes back as JSON text, undefined as null', async () => {
  const result = await run(call('add', 2, 3))
  expect(result).toMatchObject({ end: 'ok', exitCode: 0, message: '' })
  expect(text(result.value)).toBe('5')
  expect(text((await run(call('later', { a: [1, null] }))).value)).toBe('{"a":[1,null]}')
  expect(text((await run(call('nothing'))).value)).toBe('null')
})

test('an error fails the task with where it came from', async () => {
  const result = await run(call('fails'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 1 })
  expect(result.message).toMatch(/^TypeError: no such thing\n +at fails .*functions\.ts/)
  expect(result.value).toBeUndefined()
})

test.each([
  ['cyclic', /^the result of cyclic has no JSON form: Converting circular structure/],
  ['symbol', /^the result of symbol has no JSON form: it is a symbol/],
])('a result without a JSON form is said so: %s', async (name, message) => {
  const result = await run(call(name))
  expect(result.end).toBe('failed')
  expect(result.message).toMatch(message)
})

test('a large result becomes a blob with copies at the custodians', async () => {
  const { value } = await run(call('big', 100_000))
  expect(value).toMatchObject({ sizeBytes: 100_002 })
  expect(blobs.copies.at(-1)).toEqual(['peer-a', 'peer-b'])
})

test('what it writes to the console is the output of its run', async () => {
  const wanted = order(call('speak', 2000))
  executor.run(wanted)
  const result = await events.result(wanted.task)
  const lines = Array.from({ length: 2000 }, (_, i) => `line ${i}\n`).join('')
  expect(text(result.stdout)).toBe(lines)
  expect(text(result.stderr)).toBe('done\n')
  expect(events.live(wanted.task)).toBe(lines)
})

test('console output over the limit is dropped and counted', async () => {
  const result = await run(call('speak', 10), { outputBytesMax: 14 })
  expect(result).toMatchObject({ end: 'ok', droppedBytes: 61 })
  expect(text(result.stdout)).toBe('line 0\nline 1\n')
})

test('a function sees its own run in process.env and nothing of the environment of the peer', async () => {
  process.env.SOUK_TEST_SECRET = 'secret'
  const wanted = order(call('environment'), {}, { attempt: 2 })
  executor.run(wanted)
  const seen = JSON.parse(text((await events.result(wanted.task)).value))
  const fence = `${wanted.task}:2.${self}.7`
  expect(seen).toMatchObject({ SOUK_TASK: wanted.task, SOUK_FENCE: fence, SOUK_ATTEMPT: '2', SOUK_HOST: self })
  expect(Object.keys(seen).toSorted()).toEqual(['LANG', 'PATH', 'SOUK_ATTEMPT', 'SOUK_FENCE', 'SOUK_HOST', 'SOUK_TASK'])
})

test('a function with files gets a folder', async () => {
  const result = await run(call('file'), { outputs: ['made.txt'] })
  expect(result.files).toMatchObject([{ path: 'made.txt' }])
  expect(blobs.text(result.files[0]!.blob)).toBe('made')
  expect(await readdir(join(dataFolder, 'function-work'))).toEqual([])
})

test('a module that comes with the task is stored once and its export called', async () => {
  const source = 'export const double = (n) => n * 2; export default (n) => n + 1'
  expect(text((await run(withModule(source, 'double'))).value)).toBe('4')
  expect(text((await run(withModule(source, 'default'))).value)).toBe('3')
  const typed = withModule('export function triple(n: number): number { return n * 3 }', 'triple', 'src/task.ts')
  expect(text((await run(typed)).value)).toBe('6')
  expect(await readdir(join(dataFolder, 'modules'))).toHaveLength(2)
})

test.each([
  [withModule('export const a = 1; syntax error', 'a'), /^module task\.mjs could not be loaded: /],
  [withModule('export const b = 1', 'b'), /^export b of module task\.mjs is not a function; it exports b$/],
  [withModule('export const c = 1', 'd'), /^export d of module task\.mjs is not there; it exports c$/],
  [withModule('', 'a', 'task.py'), /^module-kind: module task\.py cannot be imported/],
])('a module that cannot be used is named with its export (%#)', async (work, message) => {
  const result = await run(work)
  expect(result).toMatchObject({ end: 'failed', exitCode: 1 })
  expect(result.message).toMatch(message)
})

test('a module that cannot be had refuses the run, for another host to try', async () => {
  const module = { path: 'x.mjs', blob: { hash: 'd'.repeat(64), sizeBytes: 1 }, mode: 0o644 }
  const result = await run({ kind: 'function', name: 'x', args: '[]', module })
  expect(result).toMatchObject({ end: 'refused', message: 'blob-missing: blob dddddddd is nowhere' })
})

test('an unknown function is refused by name, as is a command', async () => {
  const message = `function-unknown: no function absent is served on ${self}`
  expect(await run(call('absent'))).toMatchObject({ end: 'refused', message })
  expect(await run(command('true'))).toMatchObject({ end: 'refused' })
})

test('a function that blocks its thread is heard, blocks no other, and a halt ends it', async () => {
  const blocked = order(call('block'))
  executor.run(blocked)
  await events.until(() => events.live(blocked.task) === 'blocking\n')
  for (let i = 0; i < 20; i++) expect(text((await run(call('add', i, 1))).value)).toBe(String(i + 1))
  executor.halt(blocked.task, blocked.ballot, 'fenced')
  const result = await events.result(blocked.task)
  expect(result.end).toBe('stopped')
  expect(text(result.stdout)).toBe('blocking\n')
})

test('with every thread blocked, what waits runs once they are halted', async () => {
  const blocked = [order(call('block')), order(call('hang'))]
  for (const each of blocked) executor.run(each)
  const waiting = Array.from({ length: 5 }, (_, i) => order(call('add', i, 0)))
  for (const each of waiting) executor.run(each)
  const givenUp = waiting.pop()!
  executor.halt(givenUp.task, givenUp.ballot, 'cancelled')
  expect(await events.result(givenUp.task)).toMatchObject({ end: 'stopped', message: 'cancelled' })
  expect(events.log).not.toContain(`running ${givenUp.task}`)
  for (const each of blocked) await events.started(each.task)
  for (const each of blocked) executor.halt(each.task, each.ballot, 'cancelled')
  for (const each of blocked) expect(await events.result(each.task)).toMatchObject({ end: 'stopped' })
  for (const each of waiting) expect(await events.result(each.task)).toMatchObject({ end: 'ok' })
})

test('a timeout ends a blocked function', async () => {
  const result = await run(call('block'), { timeoutMs: 100 })
  expect(result).toMatchObject({ end: 'timeout', message: 'it ran longer than its timeout of 100 ms' })
})

test('a function that ends its thread fails alone', async () => {
  const bystander = order(call('hang'))
  executor.run(bystander)
  await events.started(bystander.task)
  expect(await run(call('exits'))).toMatchObject({ end: 'failed', exitCode: 1 })
  expect(text((await run(call('add', 1, 1))).value)).toBe('2')
  executor.halt(bystander.task, bystander.ballot, 'cancelled')
  expect(await events.result(bystander.task)).toMatchObject({ end: 'stopped' })
})

test('a registered module that cannot be loaded is named at start', async () => {
  const broken = new FunctionExecutor({ self, dataFolder: join(dataFolder, 'b'), blobs, modules: ['/nowhere/x.mjs'] })
  const starting = broken.start(new Recorder(), signal)
  await expect(starting).rejects.toMatchObject({ code: 'module-broken' })
  await expect(starting).rejects.toThrow(/\/nowhere\/x\.mjs could not be loaded: Error.*: Cannot find module/)
})

test('a function that needs more heap than a thread has fails, and is told so', async () => {
  const small = { threadsMax: 1, heapMbMax: 32 }
  const other = new FunctionExecutor({ self, dataFolder: join(dataFolder, 'h'), blobs, modules: [fixture], ...small })
  const heard = new Recorder()
  await other.start(heard, signal)
  const wanted = order(call('fillsHeap'))
  other.run(wanted)
  const message = 'out of memory: fillsHeap needed more than 32 MiB of heap'
  expect(await heard.result(wanted.task)).toMatchObject({ end: 'failed', code: 'out-of-memory', message })
  await other.stop()
})

test('threads that cannot start fail what was to run in them', async () => {
  const scripts = { guardian: '', functionWorker: '/nowhere/worker.js' }
  const broken = new FunctionExecutor({ self, dataFolder: join(dataFolder, 'c'), blobs, scripts })
  const heard = new Recorder()
  await broken.start(heard, signal)
  const wanted = order(withModule('export const f = () => 1', 'f'))
  broken.run(wanted)
  expect(await heard.result(wanted.task)).toMatchObject({ end: 'failed' })
  await broken.stop()
})

test('the first call starts the threads that a burst behind it needs', async () => {
  const own = new FunctionExecutor({
    self,
    dataFolder: join(dataFolder, 'e'),
    blobs,
    modules: [fixture],
    threadsMax: 3,
  })
  let started = 0
  let allStarted = () => {}
  const all = new Promise<void>((resolve) => {
    allStarted = resolve
  })
  const onThread = () => {
    if (++started === 3) allStarted()
  }
  process.on('worker', onThread)
  const heard = new Recorder()
  await own.start(heard, signal)
  expect(started).toBe(1)
  const wanted = order(call('add', 1, 1))
  own.run(wanted)
  await heard.result(wanted.task)
  await all
  process.off('worker', onThread)
  await own.stop()
})

test('stop ends what runs and waits', async () => {
  const own = new FunctionExecutor({
    self,
    dataFolder: join(dataFolder, 'd'),
    blobs,
    modules: [fixture],
    threadsMax: 1,
  })
  const heard = new Recorder()
  await own.start(heard, signal)
  const orders = [order(call('block')), order(call('add', 1, 1))]
  for (const each of orders) own.run(each)
  await heard.started(orders[0]!.task)
  await own.stop()
  for (const each of orders) expect(heard.results.get(each.task)).toMatchObject({ end: 'stopped' })
})
