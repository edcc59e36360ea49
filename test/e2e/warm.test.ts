import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { isAlive, souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

const script = join(mesh.root, 'worker.mjs')
/** Gets ready, and does one order as its argv says. */
const worker = `
import { spawnSync } from 'node:child_process'
import { createInterface } from 'node:readline'
console.log('ready')
for await (const line of createInterface({ input: process.stdin })) {
  const { argv, env } = JSON.parse(line)
  console.log('by', process.pid)
  process.exit(spawnSync(argv[0], argv.slice(1), { env, stdio: ['ignore', 'inherit', 'inherit'] }).status)
}`

test('a command finds a process that was started ahead of it, on a host that has declared one, and ends it with itself', async () => {
  writeFileSync(script, worker)
  const declared = ['--warm-command', `process/echo*=${process.execPath} ${script}`]
  const peer = await mesh.add('first', ['--offer', 'cpu=2,slots=2', '--demand-span', '2s', ...declared])
  const client = await mesh.client(peer)
  const printed = async (): Promise<string> => {
    const { stdout } = await client.submit({ argv: ['echo', 'done'] }).outcome
    return stdout ?? ''
  }
  // It is followed once it came in two spans.
  let said = ''
  await until(
    'a process is warm for it',
    async () => {
      said = await printed()
      await new Promise((resolve) => setTimeout(resolve, 500))
      return said !== 'done\n'
    },
    60,
  )
  expect(said).toMatch(/^by \d+\ndone\n$/)
  await until('it has ended', () => !isAlive(Number(said.split(' ')[1]!.split('\n')[0])))
  const { classes } = await client.forecast()
  const seen = classes.find(({ class: name }) => name.startsWith('process/echo'))
  expect(seen?.warm.warmStarts).toBeGreaterThan(0)
  expect(seen?.warm.measured).toBe(true)
  expect((await souk(['forecast', '--data', peer.data])).out).toContain('process/echo')
  const plain = await client.submit({ argv: ['sh', '-c', 'echo plain'] }).outcome
  expect(plain.kind).toBe('succeeded')
}, 120_000)
