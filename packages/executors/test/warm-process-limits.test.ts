import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyRequest } from '@souk/kernel'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { ProcessExecutor } from '../src/index.ts'
import type { ProcessOptions } from '../src/process-options.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { command, order, self } from './orders.ts'
import { ownCgroups } from './own-cgroups.ts'
import { Recorder, text } from './recorder.ts'

// Real processes: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

const mega = 2 ** 20
const node = (script: string): string => `exec "${process.execPath}" -e '${script.replaceAll("'", `'\\''`)}'`
/** Takes so many MB one after another, and whatever `then` is. */
const taking = (megabytes: number, then: string): string =>
  `const taken = []; const eat = () => { if (taken.length < ${megabytes}) { taken.push(Buffer.alloc(1e6, 1)); setTimeout(eat, 4) } else { ${then} } }; eat()`
/** Does its order in its own process, so that what it has taken before is its task's. */
const working = `
  console.log('ready')
  require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => {
    const { argv } = JSON.parse(line)
    require('node:vm').runInThisContext(argv[1])
  })`
const waiting = 'setInterval(() => {}, 1e6)'

let dataFolder = ''
let executor: ProcessExecutor
let events: Recorder

async function start(worker: string, options: Partial<ProcessOptions>): Promise<void> {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-warm-limits-'))
  events = new Recorder()
  const warmCommands = [{ pattern: 'te*', command: worker }]
  const shared = { self, dataFolder, blobs: new MemoryBlobs(), hostName: 'amber', warmCommands }
  executor = new ProcessExecutor({ ...shared, ...options })
  await executor.start(events, new AbortController().signal)
}

afterEach(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

async function warm(workers = 1) {
  const before = events.warmedAnswers.length
  executor.warm({ class: 'test', work: { name: 'sh', process: true }, workers })
  await events.until(() => events.warmedAnswers.length > before)
  return events.warmedAnswers.at(-1)
}

async function run(script: string, memoryBytes = 0) {
  const wanted = order(command('in-process', script), { request: { ...emptyRequest(), memoryBytes } })
  executor.run(wanted)
  return { task: wanted.task, ...(await events.result(wanted.task)) }
}

const cgroups = ownCgroups()
const limits = [{ pattern: 'te*', memoryBytes: 128 * mega }]
const keepers = [
  ['the kernel', cgroups, 'cgroup'],
  ['the watchdog', [], 'watchdog'],
] as const

describe.each(keepers)('where %s keeps limits', (_, hierarchies, keeper) => {
  const began = async (worker: string, options: Partial<ProcessOptions>, skip: (why: string) => void) => {
    await start(worker, { cgroups: hierarchies, ...options })
    const { memory, reason } = executor.limitsInForce
    if (!memory.startsWith(keeper)) skip(reason)
  }

  test('a command that takes more than it may while it loads is ended, and it is said how much it may', async (context) => {
    await began(node(taking(400, 'console.log("ready")')), { warmLimits: limits }, context.skip)
    const answer = await warm()
    expect(answer).toMatchObject({ workers: 0, code: 'warm-failed' })
    expect(answer!.detail).toMatch(/^out of memory: used [\d.]+ MB of 134\.2 MB \(peak\)/)
  })

  test('one that takes more once it stands ready is ended, which is said at once and with the next answer', async (context) => {
    const leaks = `console.log("ready"); setTimeout(() => { ${taking(400, waiting)} }, 300)`
    await began(node(leaks), { warmLimits: limits, warmKeepMs: 600_000 }, context.skip)
    expect(await warm()).toMatchObject({ workers: 1 })
    await events.until(() => events.warmedAnswers.length > 1)
    const lost = { code: 'warm-lost', detail: expect.stringMatching(/^out of memory: used /) }
    expect(events.warmedAnswers.at(-1)).toMatchObject({ workers: 0, ...lost })
    expect(await warm()).toMatchObject({ workers: 1, ...lost })
  })

  test("a task's own limits hold from its start on, whether they are more, less or none", async (context) => {
    await began(node(working), { warmLimits: limits, warmKeepMs: 600_000 }, context.skip)
    const ends = 'console.log("all"); process.exit(0)'
    for (const memoryBytes of [512 * mega, 0]) {
      await warm()
      const more = await run(taking(200, ends), memoryBytes)
      expect([text(more.stdout), more.end, events.warmUps.get(more.task)]).toEqual(['all\n', 'ok', 0])
    }
    await warm()
    const less = await run(taking(400, ends), 100 * mega)
    expect(less).toMatchObject({ end: 'failed', code: 'out-of-memory' })
    expect(less.message).toContain('of 104.9 MB')
    expect(events.warmUps.get(less.task)).toBe(0)
  })

  test('a task that may have less than its process has already runs its own command', async (context) => {
    const heavy = `const mine = Buffer.alloc(90e6, 1); ${working}`
    const roomy = [{ pattern: 'te*', memoryBytes: 512 * mega }]
    await began(node(heavy), { warmLimits: roomy, warmKeepMs: 600_000 }, context.skip)
    await warm()
    const task = order(command('sh', '-c', 'echo own'), { request: { ...emptyRequest(), memoryBytes: 32 * mega } })
    executor.run(task)
    const result = await events.result(task.task)
    expect([text(result.stdout), result.end], result.message).toEqual(['own\n', 'ok'])
    expect(events.warmUps.get(task.task)).toBeGreaterThan(0)
  })
})

test('a bomb of processes that goes off before there is a task ends at its limit', async () => {
  const bomb = 'i=0; while [ $i -lt 60 ]; do sleep 600 & i=$((i+1)); done; sleep 3; echo ready; exec cat'
  await start(bomb, { warmLimits: [{ pattern: '*', processes: 16 }], warmReadyMsMax: 20_000 })
  expect(await warm()).toMatchObject({
    workers: 0,
    code: 'warm-failed',
    detail: expect.stringMatching(/^it had \d+ processes of at most 16/),
  })
})
