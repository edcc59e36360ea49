import { expect, test } from 'vitest'
import { command, order } from './orders.ts'
import { text } from './recorder.ts'
import { RunningExecutor } from './running-executor.ts'

const running = new RunningExecutor()

test('stdin comes from the order, or from a blob larger than what may be under way', async () => {
  const inline = await running.run({
    kind: 'process',
    argv: ['cat'],
    env: {},
    stdin: new TextEncoder().encode('hello\0'),
  })
  expect(text(inline.stdout)).toBe('hello\0')
  const large = running.blobs.add('0123456789abcdef'.repeat(100_000))
  const count = await running.run({ kind: 'process', argv: ['wc', '-c'], env: {}, stdin: large })
  expect(Number(text(count.stdout))).toBe(1_600_000)
})

test('a task that does not read its stdin ends all the same', async () => {
  const stdin = running.blobs.add('x'.repeat(2_000_000))
  expect(await running.run({ kind: 'process', argv: ['true'], env: {}, stdin })).toMatchObject({ end: 'ok' })
})

test('stdin that cannot be had is refused, never half given', async () => {
  const stdin = { hash: 'f'.repeat(64), sizeBytes: 3 }
  const result = await running.run({ kind: 'process', argv: ['cat'], env: {}, stdin })
  expect(result.end).toBe('refused')
  expect(result.message).toMatch(/stdin could not be read: blob ffffffff is nowhere/)
})

test('files go in with their modes and come out again; what matches nothing is said', async () => {
  const inputs = [
    { path: 'in/data.txt', blob: running.blobs.add('data'), mode: 0o600 },
    {
      path: 'tool.sh',
      blob: running.blobs.add('#!/bin/sh\nmkdir -p out/deep; cp in/data.txt out/a.txt; echo b > out/deep/b.txt\n'),
      mode: 0o755,
    },
  ]
  const result = await running.run(command('./tool.sh'), { inputs, outputs: ['out', 'in/*.txt', 'none/*'] })
  expect(result).toMatchObject({ end: 'ok', message: 'output "none/*" matched no file' })
  expect(result.files.map((file) => file.path)).toEqual(['out/a.txt', 'out/deep/b.txt', 'in/data.txt'])
  expect(running.blobs.text(result.files[0]!.blob)).toBe('data')
  expect(running.blobs.copies.at(-1)).toEqual(['peer-a', 'peer-b'])
})

test.each(['../up', '/etc/passwd', 'a/../../up', '.', 'a\\b'])('an input at %s is refused', async (path) => {
  const result = await running.run(command('true'), { inputs: [{ path, blob: running.blobs.add(''), mode: 0o644 }] })
  expect(result.end).toBe('failed')
  expect(result.message).toContain(`path-escapes: `)
  expect(result.message).toContain(JSON.stringify(path))
})

test('an output pattern that leads out is refused before anything runs', async () => {
  const wanted = order(command('true'), { outputs: ['../*'] })
  running.executor.run(wanted)
  expect(await running.events.result(wanted.task)).toMatchObject({ end: 'failed', exitCode: 126 })
  expect(running.events.log).not.toContain(`running ${wanted.task}`)
})

test('a link that leads out of the folder is not followed', async () => {
  const script = 'ln -s /etc/hostname file; ln -s / folder; echo ok > real; ln -s real inner; mkdir d; ln -s / d/root'
  const result = await running.run(command('sh', '-c', script), {
    outputs: ['*', 'folder/etc/hostname', '**/hostname', 'd', '.'],
  })
  expect(result.files.map((file) => file.path)).toEqual(['inner', 'real'])
  expect(result.message).toContain('output file is a link that leads out')
})

test('an input that cannot be had refuses the run, for another host to try', async () => {
  const blob = { hash: 'e'.repeat(64), sizeBytes: 1 }
  const result = await running.run(command('true'), { inputs: [{ path: 'x', blob, mode: 0o644 }] })
  expect(result).toMatchObject({ end: 'refused', message: 'blob-missing: blob eeeeeeee is nowhere' })
})

test('folders that a task made read-only are removed like any other', async () => {
  const script = 'mkdir -p deep/er; touch deep/er/file; chmod 500 deep/er deep; chmod 000 .tmp'
  expect(await running.run(command('sh', '-c', script))).toMatchObject({ end: 'ok' })
})
