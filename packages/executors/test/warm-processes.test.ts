import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyRequest } from '@souk/kernel'
import { afterEach, expect, test, vi } from 'vitest'
import { ProcessExecutor } from '../src/index.ts'
import type { ProcessOptions } from '../src/process-options.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { command, order, self } from './orders.ts'
import { ownCgroups } from './own-cgroups.ts'
import { processGone } from './processes.ts'
import { Recorder, text } from './recorder.ts'

// Real processes: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

/** Says that it is ready, takes one order, runs it, and ends as it did. */
const worker = `
  const { spawnSync } = require('node:child_process')
  console.error('loading')
  console.log('ready')
  let read = ''
  process.stdin.on('data', (data) => { read += data })
  process.stdin.on('end', () => {
    const at = read.indexOf('\\n')
    const { argv, env, task, attempt, fence } = JSON.parse(read.slice(0, at))
    console.log('warm', process.pid, process.cwd() === env.HOME, env.SOUK_TASK === task, attempt, env.SOUK_FENCE === fence)
    const { status } = spawnSync(argv[0], argv.slice(1), { env, input: read.slice(at + 1), stdio: ['pipe', 'inherit', 'inherit'] })
    process.exit(status)
  })`
const warmed = `"${process.execPath}" -e '${worker.replaceAll("'", `'\\''`)}'`

let dataFolder = ''
let executor: ProcessExecutor
let events: Recorder
const blobs = new MemoryBlobs()

async function start(options: Partial<ProcessOptions> & { worker?: string } = {}): Promise<void> {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-warm-'))
  events = new Recorder()
  const warmCommands = [{ pattern: 'te*', command: options.worker ?? warmed }]
  executor = new ProcessExecutor({ self, dataFolder, blobs, hostName: 'amber', warmCommands, ...options })
  await executor.start(events, new AbortController().signal)
}

afterEach(async () => {
  await executor.stop()
  expect(await readdir(join(dataFolder, 'work'))).toEqual([])
  await rm(dataFolder, { recursive: true })
})

async function warm(workers: number, name = 'test') {
  const before = events.warmedAnswers.length
  executor.warm({ class: name, work: { name: 'sh', process: true }, workers })
  await events.until(() => events.warmedAnswers.length > before)
  return events.warmedAnswers.at(-1)
}

async function run(...args: Parameters<typeof order>) {
  const wanted = order(...args)
  executor.run(wanted)
  return { task: wanted.task, ...(await events.result(wanted.task)) }
}

const alive = (pid: number): boolean =>
  existsSync(`/proc/${pid}`) && !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))

test('a process that was started ahead takes one task in its folder, with its input, output and exit code', async () => {
  await start()
  const answer = await warm(1)
  expect(answer).toEqual({ class: 'test', workers: 1, tookMs: expect.any(Number) })
  expect(answer!.tookMs).toBeGreaterThan(0)
  const work = {
    ...command('sh', '-c', 'cat in.txt; cat; echo out > made; exit 3'),
    stdin: new TextEncoder().encode('typed'),
  }
  const input = { path: 'in.txt', blob: blobs.add('file '), mode: 0o644 }
  const result = await run(work as never, { inputs: [input], outputs: ['made'] })
  expect(text(result.stdout)).toMatch(/^warm \d+ true true 1 true\nfile typed$/)
  expect(text(result.stderr)).toBe('')
  expect(result).toMatchObject({ end: 'failed', exitCode: 3, files: [{ path: 'made' }] })
  expect(events.warmUps.get(result.task)).toBe(0)
  const [, pid] = text(result.stdout).split(' ')
  await processGone(Number(pid))
})

test('another one is started for each that was taken, while the order counts; without one a task runs as ever', async () => {
  await start()
  await warm(2)
  const pids = new Set<string>()
  for (let i = 0; i < 3; i++) {
    const { stdout } = await run(command('true'))
    pids.add(text(stdout).split(' ')[1] ?? '')
    const before = events.warmedAnswers.length
    await events.until(() => events.warmedAnswers.length > before || events.warmedAnswers.at(-1)!.workers === 2)
  }
  expect(pids.size).toBe(3)
  const other = await run(command('echo', 'plain'), { class: 'other' })
  expect(text(other.stdout)).toBe('plain\n')
  expect(events.warmUps.get(other.task)).toBeUndefined()
})

test('a task that finds none ready says what a start takes, and one with a checkpoint takes none', async () => {
  await start()
  const first = await run(command('echo', 'cold'))
  expect(events.warmUps.get(first.task)).toBeUndefined()
  await warm(1)
  const kept = await run(command('echo', 'cold'), { checkpoint: { path: 'at', graceMs: 1000 } })
  expect(text(kept.stdout)).toBe('cold\n')
  expect(events.warmUps.get(kept.task)).toBeGreaterThan(0)
})

test('no more stand warm than may, and what is not declared cannot', async () => {
  await start({ warmProcessesMax: 2 })
  expect(await warm(5)).toMatchObject({ workers: 2, code: 'processes-max' })
  expect(await warm(1, 'other')).toEqual({ class: 'other', workers: 0, tookMs: 0, code: 'cannot-warm' })
})

test('they end once nobody asks for them any more, and with the peer', async () => {
  const pidFile = (name: string) => join(dataFolder, name)
  await start({ warmKeepMs: 400, worker: 'echo $$ >> ../../pids; echo ready; exec cat' })
  await warm(2)
  const pids = () => readFileSync(pidFile('pids'), 'utf8').trim().split('\n').map(Number)
  expect(pids()).toHaveLength(2)
  for (const pid of pids()) await processGone(pid)
  await warm(1)
  const last = pids().at(-1)!
  expect(alive(last)).toBe(true)
  await executor.stop()
  expect(alive(last)).toBe(false)
})

test('a command that ends, or never says that it is ready, is said so, and tasks run as ever', async () => {
  await start({ worker: 'echo >> ../../tries; echo first >&2; echo "no licence\n" >&2; exit 1' })
  const tries = () => readFileSync(join(dataFolder, 'tries'), 'utf8').length
  expect(await warm(2)).toEqual({
    class: 'test',
    workers: 0,
    tookMs: 0,
    code: 'warm-failed',
    detail: 'it ended with 1: no licence',
  })
  for (let i = 0; i < 3; i++) expect(await run(command('true'))).toMatchObject({ end: 'ok' })
  // Not again for every task that comes, but when it is ordered again.
  expect(tries()).toBe(2)
  await warm(2)
  expect(tries()).toBe(4)
  await executor.stop()
  await rm(dataFolder, { recursive: true })
  await start({ worker: 'exec sleep 600', warmReadyMsMax: 200 })
  const detail = 'it did not say for 200 ms that it is ready'
  expect(await warm(1)).toMatchObject({ workers: 0, code: 'warm-failed', detail })
  expect(await run(command('true'))).toMatchObject({ end: 'ok' })
})

test('a task whose process ends before it has it runs its own command, in a folder as it was given', async () => {
  const work = () => join(dataFolder, 'work')
  let pid = 0
  // Its input comes once its process has ended.
  const slow = {
    write: blobs.write.bind(blobs),
    async *read(...asked: Parameters<typeof blobs.read>) {
      if (alive(pid)) process.kill(pid, 'SIGKILL')
      await processGone(pid)
      yield* blobs.read(...asked)
    },
  }
  await start({ blobs: slow, worker: 'echo $$ > in.txt; touch left; echo ready; cat' })
  await warm(1)
  const [folder] = await readdir(work())
  pid = Number(readFileSync(join(work(), folder!, 'in.txt'), 'utf8'))
  const input = { path: 'given.txt', blob: blobs.add('given'), mode: 0o644 }
  const result = await run(command('sh', '-c', 'ls; cat given.txt'), { inputs: [input] })
  expect(text(result.stdout)).toBe('given.txt\ngiven')
  expect(result).toMatchObject({ end: 'ok' })
  expect(events.warmUps.get(result.task)).toBeGreaterThan(0)
})

test('a task that was given to it is stopped, timed and fenced like any other, with all that it started', async () => {
  await start()
  for (const [code, end] of [
    ['cancelled', 'stopped'],
    ['fenced', 'stopped'],
  ] as const) {
    await warm(1)
    const wanted = order(command('sh', '-c', 'setsid sleep 600 & echo $!; wait; sleep 600'))
    executor.run(wanted)
    await events.until(() => /\n\d+\n$/.test(events.live(wanted.task)))
    const [, pid, child] = /^warm (\d+) [^\n]*\n(\d+)\n$/.exec(events.live(wanted.task))!
    executor.halt(wanted.task, wanted.ballot, code)
    expect(await events.result(wanted.task)).toMatchObject({ end })
    for (const each of [pid, child]) await processGone(Number(each))
  }
  await warm(1)
  expect(await run(command('sleep', '600'), { timeoutMs: 300 })).toMatchObject({ end: 'timeout' })
})

test('its output and its lease count from its task on', async () => {
  await start({ worker: `head -c 100000 /dev/zero >&2; ${warmed}` })
  await warm(1)
  const few = await run(command('sh', '-c', 'echo 1234567890'), { outputBytesMax: 4 })
  expect(text(few.stdout)).toBe('warm')
  await warm(1)
  const leased = order(command('sleep', '600'), {}, { leased: true })
  executor.run(leased)
  await events.started(leased.task)
  events.leaseMs = 0
  expect((await events.result(leased.task)).message).toMatch(/^lease-lost/)
})

test('its limits hold from its task on, where the kernel keeps them', async (context) => {
  await start({ cgroups: ownCgroups() })
  if (!executor.limitsInForce.memory.startsWith('cgroup')) return context.skip(executor.limitsInForce.reason)
  await warm(1)
  const script = 'const taken = []; for (let i = 0; i < 400; i++) taken.push(Buffer.alloc(1e6, 1)); console.log("all")'
  const request = { ...emptyRequest(), memoryBytes: 128 * 2 ** 20 }
  const result = await run(command(process.execPath, '-e', script), { request })
  expect(result).toMatchObject({ end: 'failed', code: 'out-of-memory' })
  expect(events.warmUps.get(result.task)).toBe(0)
})
