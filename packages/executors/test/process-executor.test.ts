import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { emptyRequest } from '@souk/kernel'
import { expect, test } from 'vitest'
import { command, order, self } from './orders.ts'
import { processGone } from './processes.ts'
import { Recorder, text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

const running = new RunningExecutor()

test('the guardian is started with the first run, not before', async () => {
  expect(running.executor.guardianPid).toBeUndefined()
  await running.run(command('true'))
  expect(running.executor.guardianPid).toBeGreaterThan(0)
})

test('arguments reach the command as they are: no shell touches them', async () => {
  const result = await running.run(command('printf', '%s|', 'two words', '$HOME', '"quoted"', "it's", '*', '; exit 3'))
  expect(result).toMatchObject({ end: 'ok', exitCode: 0, message: '' })
  expect(text(result.stdout)).toBe(`two words|$HOME|"quoted"|it's|*|; exit 3|`)
})

test('a shell runs where argv names one', async () => {
  const result = await running.run(command('sh', '-c', 'echo out; echo err >&2; exit 3'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 3, message: 'exit code 3' })
  expect(text(result.stdout)).toBe('out\n')
  expect(text(result.stderr)).toBe('err\n')
})

test('false runs once and exits 1', async () => {
  const wanted = order(command('false'))
  running.executor.run(wanted)
  expect(await running.events.result(wanted.task)).toMatchObject({ end: 'failed', exitCode: 1 })
  expect(running.events.log.filter((line) => line.endsWith(wanted.task))).toEqual([
    `running ${wanted.task}`,
    `ran ${wanted.task}`,
  ])
})

test('death by a signal is 128 + its number', async () => {
  const result = await running.run(command('sh', '-c', 'kill -SEGV $$'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 139, message: 'killed by SIGSEGV' })
})

test('a command that does not exist is named, with exit code 127', async () => {
  const result = await running.run(command('no-such-command-anywhere', 'x'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 127, message: 'command not found: no-such-command-anywhere' })
})

test('a file that is not executable gives 126', async () => {
  const inputs = [{ path: 'script', blob: running.blobs.add('#!/bin/sh\n'), mode: 0o644 }]
  const result = await running.run(command('./script'), { inputs })
  expect(result).toMatchObject({ end: 'failed', exitCode: 126, message: 'not executable: ./script' })
})

test('an argument that no system call can carry fails the task, not the peer', async () => {
  const result = await running.run(command('echo', 'a\0b'))
  expect(result).toMatchObject({ end: 'failed', exitCode: 126 })
})

test('a task sees its own run and nothing of the environment of the peer', async () => {
  process.env.SOUK_TEST_SECRET = 'secret'
  const wanted = order({ kind: 'process', argv: ['env'], env: { MINE: '1' } }, {}, { attempt: 2 })
  running.executor.run(wanted)
  const result = await running.events.result(wanted.task)
  const lines = text(result.stdout).trim().split('\n')
  const names = lines.map((line) => line.split('=')[0]!)
  const known = ['PATH', 'LANG', 'HOME', 'TMPDIR', 'MINE', 'SOUK_TASK', 'SOUK_FENCE', 'SOUK_ATTEMPT', 'SOUK_HOST']
  expect(names.toSorted()).toEqual(known.toSorted())
  expect(lines).toContain(`SOUK_FENCE=${wanted.task}:2.${self}.7`)
  expect(lines).toContain('SOUK_ATTEMPT=2')
  expect(lines).toContain('SOUK_HOST=amber')
})

test('a task that had a choice is told which of what it asked for it was given', async () => {
  const alternatives = [emptyRequest()]
  const wanted = order(command('sh', '-c', 'echo $SOUK_ALTERNATIVE'), { alternatives }, { alternative: 1 })
  running.executor.run(wanted)
  expect(text((await running.events.result(wanted.task)).stdout)).toBe('1\n')
})

test('a dead guardian ends its runs, and the next run gets a new one', async () => {
  const wanted = order(command('sh', '-c', 'echo $$; exec sleep 600'))
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task).endsWith('\n'))
  const first = running.executor.guardianPid!
  process.kill(first, 'SIGKILL')
  const result = await running.events.result(wanted.task)
  expect(result.end).toBe('refused')
  expect(result.message).toMatch(/^guardian-lost: /)
  await processGone(Number(running.events.live(wanted.task)))
  expect(await running.run(command('true'))).toMatchObject({ end: 'ok' })
  expect(running.executor.guardianPid).not.toBe(first)
})

test.runIf(process.platform === 'linux')('CPU time and peak memory are measured', async () => {
  const script = 'let x = Buffer.alloc(50e6, 1); const end = Date.now() + 400; while (Date.now() < end) x[0]++'
  const result = await running.run(command(process.execPath, '-e', script))
  expect(result.end).toBe('ok')
  expect(result.cpuMs).toBeGreaterThan(0)
  expect(result.memoryPeakBytes).toBeGreaterThan(50e6)
})

test('where it is not allowed, every order is refused by name', async () => {
  const other = running.another({ allowed: false })
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
  running.executor.run(wanted)
  await running.events.until(() => running.events.live(wanted.task).endsWith('\n'))
  const guardian = running.executor.guardianPid!
  await running.executor.stop()
  expect(running.events.results.get(wanted.task)).toMatchObject({
    end: 'stopped',
    message: 'the peer is shutting down',
  })
  await processGone(Number(running.events.live(wanted.task)))
  await processGone(guardian)
  expect(await readdir(join(running.dataFolder, 'guardian'))).toEqual([])
  const late = order(command('true'))
  running.executor.run(late)
  expect(await running.events.result(late.task)).toMatchObject({ end: 'stopped' })
})
