import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome, TaskDetail } from '@souk/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { begin, isAlive, souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let origin: TestPeer
let host: TestPeer
let other: TestPeer

/** One that only submits, one that runs, and one that has nothing to do with the task at hand. */
beforeAll(async () => {
  origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0'])
  host = await mesh.add('host', ['--offer', 'cpu=4,slots=4', '--label', 'site=attic'])
  other = await mesh.add('other', ['--offer', 'cpu=1,slots=1', '--allow', 'none'])
  await mesh.met()
})
afterAll(() => mesh.close())

const at = (peer: TestPeer, words: string[], options = {}) =>
  souk([words[0]!, '--data', peer.data, ...words.slice(1)], options)

test('run streams what the task writes, from another host, and exits as it does', async () => {
  const ran = await at(origin, ['run', '--', 'sh', '-c', 'echo out; echo err >&2; exit 7'])
  expect(ran).toEqual({ code: 7, out: 'out\n', err: 'err\n' })
})

test('a task that fails runs once', async () => {
  expect((await at(origin, ['run', '--', 'false'])).code).toBe(1)
  const { out } = await at(origin, ['explain', 'last', '--json'])
  expect(JSON.parse(out) as TaskDetail).toMatchObject({
    state: 'closed',
    outcome: { exitCode: 1, attempts: [] },
    attempts: [],
  })
})

test('logs, result, explain, wait and tasks work from a peer that is neither origin nor host', async () => {
  const { out } = await at(origin, ['submit', '--', 'echo', 'seen from anywhere'])
  const id = out.trim()
  expect(await at(other, ['wait', id])).toMatchObject({ code: 0 })
  expect(await at(other, ['logs', id])).toMatchObject({ code: 0, out: 'seen from anywhere\n' })
  expect(await at(other, ['result', id.slice(0, 10)])).toMatchObject({ code: 0, out: 'seen from anywhere\n' })
  const explained = await at(other, ['explain', id])
  expect(explained.code).toBe(0)
  expect(explained.out).toContain(`${id}  `)
  expect(explained.out).toContain('host')
  expect((await at(other, ['tasks'])).out).toContain(id.slice(0, 8))
})

test('logs of a task that goes on writing end with what there is so far; -f follows it to its end', async () => {
  const stop = join(mesh.root, 'stop')
  const script = `echo first; until test -e ${stop}; do echo more; sleep 0.05; done; echo last`
  const { out } = await at(origin, ['submit', '--', 'sh', '-c', script])
  await until('it writes', async () => (await at(other, ['logs', out.trim()])).out.startsWith('first\n'))
  const following = begin(['logs', '-f', '--data', other.data, out.trim()])
  await following.says('more')
  writeFileSync(stop, '')
  expect(await following.ended).toMatchObject({ code: 0, out: expect.stringMatching(/^first\n(more\n)*last\n$/) })
})

test('cancel works from another peer, and says so only once the process is gone', async () => {
  const pidFile = join(mesh.root, 'sleeper.pid')
  const { out } = await at(origin, ['submit', '--', 'sh', '-c', `echo $$ > ${pidFile}; exec sleep 600`])
  await until('it runs', () => existsSync(pidFile) && readFileSync(pidFile, 'utf8').endsWith('\n'))
  const pid = Number(readFileSync(pidFile, 'utf8'))
  expect(isAlive(pid)).toBe(true)
  const cancelled = await at(other, ['cancel', out.trim()])
  expect(cancelled).toMatchObject({ code: 0, out: expect.stringContaining('nothing of it runs') })
  expect(isAlive(pid)).toBe(false)
  expect((await at(origin, ['wait', out.trim()])).code).toBe(1)
})

test('Ctrl-C detaches with a hint, a second one cancels and waits until the process is gone', async () => {
  const pidFile = join(mesh.root, 'interrupted.pid')
  const running = begin([
    'run',
    '--data',
    origin.data,
    '--',
    'sh',
    '-c',
    `echo $$ > ${pidFile}; echo begun; exec sleep 600`,
  ])
  await running.says('begun')
  running.child.kill('SIGINT')
  await running.says('detached')
  const pid = Number(readFileSync(pidFile, 'utf8'))
  expect(isAlive(pid)).toBe(true)
  running.child.kill('SIGINT')
  const ran = await running.ended
  expect(ran).toMatchObject({ code: 130, err: expect.stringContaining('cancelled') })
  expect(isAlive(pid)).toBe(false)
})

test('files travel with a task, and come back', async () => {
  const cwd = join(mesh.root, 'work')
  mkdirSync(join(cwd, 'in'), { recursive: true })
  writeFileSync(join(cwd, 'in/a.txt'), 'one two\n')
  const words = [
    'run',
    '--in',
    'in',
    '--out',
    'out/*',
    '--',
    'sh',
    '-c',
    'mkdir out; wc -w < in/a.txt > out/count; ls in',
  ]
  expect(await at(origin, words, { cwd })).toMatchObject({ code: 0, out: 'a.txt\n' })
  expect(readFileSync(join(cwd, 'out/count'), 'utf8').trim()).toBe('2')
})

test('standard input and environment reach the task', async () => {
  const words = ['run', '--stdin', '--env', 'GREETING=hello there', '--', 'sh', '-c', 'echo "$GREETING"; cat']
  expect(await at(origin, words, { input: 'from stdin' })).toMatchObject({ code: 0, out: 'hello there\nfrom stdin' })
})

test('a function of a module that travels along is called on the host', async () => {
  writeFileSync(join(mesh.root, 'sum.mjs'), 'export const sum = (...numbers) => numbers.reduce((a, b) => a + b, 0)\n')
  const words = ['run', '--module', 'sum.mjs', '--function', 'sum', '--', '1', '2', '39']
  expect(await at(origin, words, { cwd: mesh.root })).toMatchObject({ code: 0, out: '42\n' })
})

test('map keeps the order of the items, and --resume does only the rest', async () => {
  const log = join(mesh.root, 'ran.log')
  const script = `echo {} >> ${log}; test {} != 3 || test -e ${log}.ok || exit 1; echo n{}`
  const words = ['map', '--resume', join(mesh.root, 'done.jsonl'), '--', 'sh', '-c', script]
  const input = '1\n2\n3\n4\n'
  const first = await at(origin, words, { input })
  expect(first).toMatchObject({ code: 1, out: 'n1\nn2\nn4\n' })
  writeFileSync(`${log}.ok`, '')
  const second = await at(origin, words, { input })
  expect(second).toMatchObject({ code: 0, out: 'n1\nn2\nn3\nn4\n' })
  expect(readFileSync(log, 'utf8').trim().split('\n').sort()).toEqual(['1', '2', '3', '3', '4'])
})

test('a map that is interrupted says how far it was and what goes on', async () => {
  const words = ['map', '--data', origin.data, '--', 'sh', '-c', 'test {} = 1 || sleep 60; echo n{}']
  const map = begin(words, { input: '1\n2\n' })
  await map.says('n1')
  map.child.kill('SIGINT')
  const { code, out, err } = await map.ended
  expect([code, out]).toEqual([130, 'n1\n'])
  expect(err).toContain('ended by SIGINT; 1 of 2 tasks had ended, the others that were submitted go on')
  const client = await mesh.client(origin)
  const open = async () => {
    const { tasks } = await client.tasks({})
    return tasks.filter(({ name, kind }) => name.includes('sleep 60') && kind === undefined)
  }
  // Its custodians hear a little later than its client that a task has ended.
  await expect.poll(open, { timeout: 5_000 }).toHaveLength(1)
  const [left] = await open()
  await client.cancel(left!.id)
})

test('submit takes many tasks from a file, and wait tells how they ended', async () => {
  const input = '{"argv":["true"]}\n{"argv":["false"]}\n'
  const { code, out } = await at(origin, ['submit', '--file', '-'], { input })
  expect(code).toBe(0)
  const [good = '', bad = ''] = out.trim().split('\n')
  expect((await at(origin, ['wait', good])).code).toBe(0)
  expect((await at(origin, ['wait', good, bad])).code).toBe(1)
})

test('run tells apart: timed out, no host ever, and a label that one host has', async () => {
  expect((await at(origin, ['run', '--timeout', '300ms', '--', 'sleep', '60'])).code).toBe(124)
  const never = await at(origin, ['run', '--no-queue', '--cpu', '64', '--', 'true'])
  expect(never).toMatchObject({ code: 125, err: expect.stringContaining('CPUs') })
  expect((await at(origin, ['map', '--no-queue', '--cpu', '64', '--', 'echo'], { input: 'x\n' })).code).toBe(2)
  const { out } = await at(origin, ['run', '--json', '--label', 'site=attic', '--', 'true'])
  expect((JSON.parse(out) as Outcome).host).toBe(host.peer)
})

test('a waiting task says why it waits and what would help', async () => {
  const { out } = await at(origin, ['submit', '--label', 'site=cellar', '--', 'true'])
  await until('it waits', async () => (await at(other, ['explain', out.trim()])).out.includes('label'))
  const { out: text } = await at(other, ['explain', out.trim()])
  expect(text).toContain('what would help')
  expect((await at(origin, ['cancel', out.trim()])).code).toBe(0)
})

test('every listing has --json', async () => {
  for (const words of [['peers'], ['tasks'], ['status'], ['doctor']]) {
    const { code, out } = await at(other, [...words, '--json'])
    expect(code, words[0]).toBe(0)
    expect(() => JSON.parse(out)).not.toThrow()
  }
})

test('doctor names every hop to every peer', async () => {
  const { code, out } = await at(origin, ['doctor'])
  expect(code).toBe(0)
  for (const name of ['host', 'other']) expect(out).toMatch(new RegExp(`${name} +discovered > dialled > authenticated`))
})
