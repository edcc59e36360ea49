import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { limits } from '@souk/wire'
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest'
import { ProcessExecutor } from '../src/index.ts'
import { MemoryBlobs } from './memory-blobs.ts'
import { command, order, self } from './orders.ts'
import { processGone } from './processes.ts'
import { Recorder, text } from './recorder.ts'

// Real processes and threads: on a busy machine a start alone may take seconds.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 })

let dataFolder: string
let executor: ProcessExecutor
const blobs = new MemoryBlobs()
const events = new Recorder()

beforeAll(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), 'souk-process-'))
  executor = new ProcessExecutor({ self, dataFolder, blobs, hostName: 'amber' })
  await executor.start(events, new AbortController().signal)
})

afterEach(async () => {
  expect(await readdir(join(dataFolder, 'work'))).toEqual([])
  expect(await readdir(join(dataFolder, 'spool'))).toEqual([])
})

afterAll(async () => {
  await executor.stop()
  await rm(dataFolder, { recursive: true })
})

async function run(...args: Parameters<typeof order>) {
  const wanted = order(...args)
  executor.run(wanted)
  return await events.result(wanted.task)
}

test('the guardian is started with the first run, not before', async () => {
  expect(executor.guardianPid).toBeUndefined()
  await run(command('true'))
  expect(executor.guardianPid).toBeGreaterThan(0)
})

test('arguments reach the command as they are: no shell touches them', async () => {
  const result = await run(command('printf', '%s|', 'two words', '$HOME', '"quoted"', "it's", '*', '; exit 3'))
  expect(result).toMatchObject({ end: 'ok', exitCode: 0, message: '' })
  expect(text(result.stdout)).toBe(`two words|$HOME|"quoted"|it's|*|; exit 3|`)
})

test('a shell runs where argv names one', async () => {
  const result = await run(command('sh', '-c', 'echo out; echo err >&2; exit 3'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 3, message: 'exit code 3' })
  expect(text(result.stdout)).toBe('out\n')
  expect(text(result.stderr)).toBe('err\n')
})

test('false runs once and exits 1', async () => {
  const wanted = order(command('false'))
  executor.run(wanted)
  expect(await events.result(wanted.task)).toMatchObject({ end: 'failed', exitCode: 1 })
  expect(events.log.filter((line) => line.endsWith(wanted.task))).toEqual([
    `running ${wanted.task}`,
    `ran ${wanted.task}`,
  ])
})

test('death by a signal is 128 + its number', async () => {
  const result = await run(command('sh', '-c', 'kill -SEGV $$'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 139, message: 'killed by SIGSEGV' })
})

test('a command that does not exist is named, with exit code 127', async () => {
  const result = await run(command('no-such-command-anywhere', 'x'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 127, message: 'command not found: no-such-command-anywhere' })
})

test('a file that is not executable gives 126', async () => {
  const inputs = [{ path: 'script', blob: blobs.add('#!/bin/sh\n'), mode: 0o644 }]
  const result = await run(command('./script'), { inputs })
  expect(result).toMatchObject({ end: 'failed', exitCode: 126, message: 'not executable: ./script' })
})

test('an argument that no system call can carry fails the task, not the peer', async () => {
  const result = await run(command('echo', 'a\0b'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 126 })
})

test('stdin comes from the order, or from a blob larger than what may be under way', async () => {
  const inline = await run({ kind: 'process', argv: ['cat'], env: {}, stdin: new TextEncoder().encode('hello\0') })
  expect(text(inline.stdout)).toBe('hello\0')
  const large = blobs.add('0123456789abcdef'.repeat(100_000))
  const count = await run({ kind: 'process', argv: ['wc', '-c'], env: {}, stdin: large })
  expect(Number(text(count.stdout))).toBe(1_600_000)
})

test('a task that does not read its stdin ends all the same', async () => {
  const stdin = blobs.add('x'.repeat(2_000_000))
  expect(await run({ kind: 'process', argv: ['true'], env: {}, stdin })).toMatchObject({ end: 'ok' })
})

test('stdin that cannot be had is refused, never half given', async () => {
  const stdin = { hash: 'f'.repeat(64), sizeBytes: 3 }
  const result = await run({ kind: 'process', argv: ['cat'], env: {}, stdin })
  expect(result.end).toBe('refused')
  expect(result.message).toMatch(/stdin could not be read: blob ffffffff is nowhere/)
})

test('a task sees its own run and nothing of the environment of the peer', async () => {
  process.env.SOUK_TEST_SECRET = 'secret'
  const wanted = order({ kind: 'process', argv: ['env'], env: { MINE: '1' } }, {}, { attempt: 2 })
  executor.run(wanted)
  const result = await events.result(wanted.task)
  const lines = text(result.stdout).trim().split('\n')
  const names = lines.map((line) => line.split('=')[0]!)
  const known = ['PATH', 'LANG', 'HOME', 'TMPDIR', 'MINE', 'SOUK_TASK', 'SOUK_FENCE', 'SOUK_ATTEMPT', 'SOUK_HOST']
  expect(names.toSorted()).toEqual(known.toSorted())
  expect(lines).toContain(`SOUK_FENCE=${wanted.task}:2.${self}.7`)
  expect(lines).toContain('SOUK_ATTEMPT=2')
  expect(lines).toContain('SOUK_HOST=amber')
})

test('files go in with their modes and come out again; what matches nothing is said', async () => {
  const inputs = [
    { path: 'in/data.txt', blob: blobs.add('data'), mode: 0o600 },
    {
      path: 'tool.sh',
      blob: blobs.add('#!/bin/sh\nmkdir -p out/deep; cp in/data.txt out/a.txt; echo b > out/deep/b.txt\n'),
      mode: 0o755,
    },
  ]
  const result = await run(command('./tool.sh'), { inputs, outputs: ['out', 'in/*.txt', 'none/*'] })
  expect(result).toMatchObject({ end: 'ok', message: 'output "none/*" matched no file' })
  expect(result.files.map((file) => file.path)).toEqual(['out/a.txt', 'out/deep/b.txt', 'in/data.txt'])
  expect(blobs.text(result.files[0]!.blob)).toBe('data')
  expect(blobs.copies.at(-1)).toEqual(['peer-a', 'peer-b'])
})

test.each(['../up', '/etc/passwd', 'a/../../up', '.', 'a\\b'])('an input at %s is refused', async (path) => {
  const result = await run(command('true'), { inputs: [{ path, blob: blobs.add(''), mode: 0o644 }] })
  expect(result.end).toBe('failed')
  expect(result.message).toContain(`path-escapes: `)
  expect(result.message).toContain(JSON.stringify(path))
})

test('an output pattern that leads out is refused before anything runs', async () => {
  const wanted = order(command('true'), { outputs: ['../*'] })
  executor.run(wanted)
  expect(await events.result(wanted.task)).toMatchObject({ end: 'failed', exitCode: 126 })
  expect(events.log).not.toContain(`running ${wanted.task}`)
})

test('a link that leads out of the folder is not followed', async () => {
  const script = 'ln -s /etc/hostname file; ln -s / folder; echo ok > real; ln -s real inner; mkdir d; ln -s / d/root'
  const result = await run(command('sh', '-c', script), {
    outputs: ['*', 'folder/etc/hostname', '**/hostname', 'd', '.'],
  })
  expect(result.files.map((file) => file.path)).toEqual(['inner', 'real'])
  expect(result.message).toContain('output file is a link that leads out')
})

test('an input that cannot be had refuses the run, for another host to try', async () => {
  const blob = { hash: 'e'.repeat(64), sizeBytes: 1 }
  const result = await run(command('true'), { inputs: [{ path: 'x', blob, mode: 0o644 }] })
  expect(result).toMatchObject({ end: 'refused', message: 'blob-missing: blob eeeeeeee is nowhere' })
})

test('output over the limit is dropped and counted, and the task goes on', async () => {
  const script = 'head -c 300000 /dev/zero; echo end >&2; exit 0'
  const result = await run(command('sh', '-c', script), { outputBytesMax: 1000 })
  expect(result).toMatchObject({ end: 'ok', droppedBytes: 299_004 })
  expect((result.stdout as Uint8Array).byteLength + (result.stderr as Uint8Array).byteLength).toBe(1000)
})

test('output over the inline limit becomes a blob with copies at the custodians', async () => {
  const wanted = order(command('head', '-c', '200000', '/dev/zero'))
  executor.run(wanted)
  const { stdout, stderr } = await events.result(wanted.task)
  expect(stdout).toMatchObject({ sizeBytes: 200_000 })
  expect(stderr).toEqual(new Uint8Array(0))
  expect(events.live(wanted.task).length).toBe(200_000)
  expect(limits.inlineBytesMax).toBeLessThan(200_000)
})

test('output is heard while the task still runs', async () => {
  const wanted = order(command('sh', '-c', 'echo first; exec sleep 600'))
  executor.run(wanted)
  await events.until(() => events.live(wanted.task) === 'first\n')
  executor.halt(wanted.task, wanted.ballot, 'fenced')
  expect(text((await events.result(wanted.task)).stdout)).toBe('first\n')
})

test('a task that writes without end is bounded, and ends when it is halted', async () => {
  const wanted = order(command('yes'), { outputBytesMax: 500_000 })
  executor.run(wanted)
  await events.until(() => events.live(wanted.task).length === 500_000)
  executor.halt(wanted.task, wanted.ballot, 'cancelled')
  const result = await events.result(wanted.task)
  expect(result).toMatchObject({ end: 'stopped', exitCode: 143, message: 'cancelled' })
  expect(result.droppedBytes).toBeGreaterThan(0)
})

test('a timeout ends the whole group, grandchildren that ignore SIGTERM included', async () => {
  const script = `trap '' TERM; (trap '' TERM; sleep 600) & echo $!; wait`
  const wanted = order(command('sh', '-c', script), { timeoutMs: 200 })
  executor.run(wanted)
  const result = await events.result(wanted.task)
  expect(result).toMatchObject({ end: 'timeout', exitCode: 137, message: 'it ran longer than its timeout of 200 ms' })
  await processGone(Number(text(result.stdout)))
})

test('what a task leaves behind in its group ends with it', async () => {
  const result = await run(command('sh', '-c', 'sleep 600 & echo $!'))
  expect(result.end).toBe('ok')
  await processGone(Number(text(result.stdout)))
})

test.runIf(process.platform === 'linux')('what left the group but holds its output is ended too', async () => {
  const result = await run(command('sh', '-c', 'setsid sleep 600 & echo $!'))
  expect(result.end).toBe('ok')
  await processGone(Number(text(result.stdout)))
})

test('a halt gives the task time to end by itself, a fence does not', async () => {
  const script = `trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`
  for (const [code, said] of [
    ['cancelled', 'ready\nbye\n'],
    ['fenced', 'ready\n'],
  ] as const) {
    const wanted = order(command('sh', '-c', script))
    executor.run(wanted)
    await events.until(() => events.live(wanted.task) === 'ready\n')
    executor.halt(wanted.task, wanted.ballot, code)
    const result = await events.result(wanted.task)
    expect(result.end).toBe('stopped')
    expect(text(result.stdout)).toBe(said)
  }
})

test('the time to end is for the whole group, not only for its leader', async () => {
  const inner = `trap 'sleep 0.1; echo bye; exit 0' TERM; echo ready; while :; do sleep 0.01; done`
  const wanted = order(command('sh', '-c', `sh -c "$0" & wait`, inner))
  executor.run(wanted)
  await events.until(() => events.live(wanted.task) === 'ready\n')
  executor.halt(wanted.task, wanted.ballot, 'cancelled')
  const result = await events.result(wanted.task)
  expect(result).toMatchObject({ end: 'stopped', exitCode: 143 })
  expect(text(result.stdout)).toBe('ready\nbye\n')
})

test('folders that a task made read-only are removed like any other', async () => {
  const script = 'mkdir -p deep/er; touch deep/er/file; chmod 500 deep/er deep; chmod 000 .tmp'
  expect(await run(command('sh', '-c', script))).toMatchObject({ end: 'ok' })
})

test('a run halted before it began never begins', async () => {
  const wanted = order(command('true'))
  executor.run(wanted)
  executor.halt(wanted.task, wanted.ballot, 'cancelled')
  executor.halt(wanted.task, { ...wanted.ballot, counter: 9 }, 'cancelled')
  expect(await events.result(wanted.task)).toMatchObject({ end: 'stopped', message: 'cancelled' })
  expect(events.log).not.toContain(`running ${wanted.task}`)
})

test('a dead guardian ends its runs, and the next run gets a new one', async () => {
  const wanted = order(command('sh', '-c', 'echo $$; exec sleep 600'))
  executor.run(wanted)
  await events.until(() => events.live(wanted.task).endsWith('\n'))
  const first = executor.guardianPid!
  process.kill(first, 'SIGKILL')
  const result = await events.result(wanted.task)
  expect(result.end).toBe('refused')
  expect(result.message).toMatch(/^guardian-lost: /)
  await processGone(Number(events.live(wanted.task)))
  expect(await run(command('true'))).toMatchObject({ end: 'ok' })
  expect(executor.guardianPid).not.toBe(first)
})

test.runIf(process.platform === 'linux')('CPU time and peak memory are measured', async () => {
  const script = 'let x = Buffer.alloc(50e6, 1); const end = Date.now() + 400; while (Date.now() < end) x[0]++'
  const result = await run(command(process.execPath, '-e', script))
  expect(result.end).toBe('ok')
  expect(result.cpuMs).toBeGreaterThan(0)
  expect(result.memoryPeakBytes).toBeGreaterThan(50e6)
})

test('where it is not allowed, every order is refused by name', async () => {
  const other = new ProcessExecutor({ self, dataFolder, blobs, allowed: false, hostName: 'amber' })
  const heard = new Recorder()
  await other.start(heard, new AbortController().signal)
  const wanted = order(command('true'))
  other.run(wanted)
  const message = 'executor-not-allowed: process tasks are not allowed on amber'
  expect(await heard.result(wanted.task)).toMatchObject({ end: 'refused', message })
  await other.stop()
})

test('stop ends all that runs and the guardian', async () => {
  const wanted = order(command('sh', '-c', 'echo $$; exec sleep 600'))
  executor.run(wanted)
  await events.until(() => events.live(wanted.task).endsWith('\n'))
  const guardian = executor.guardianPid!
  await executor.stop()
  expect(events.results.get(wanted.task)).toMatchObject({ end: 'stopped', message: 'the peer is shutting down' })
  await processGone(Number(events.live(wanted.task)))
  await processGone(guardian)
  expect(await readdir(join(dataFolder, 'guardian'))).toEqual([])
  const late = order(command('true'))
  executor.run(late)
  expect(await events.result(late.task)).toMatchObject({ end: 'stopped' })
})
