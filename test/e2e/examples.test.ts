import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { beginProgram, type Command, isAlive, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
const offer = ['--offer', 'cpu=2,slots=2']
let alpha: TestPeer
let beta: TestPeer

beforeAll(async () => {
  alpha = await mesh.add('alpha', offer)
  beta = await mesh.add('beta', offer)
  await mesh.met()
})
afterAll(() => mesh.close())

/** Runs a story as a person does: its only way to the mesh is the peer's data folder, or places in its arguments. */
function story(name: string, words: string[] = [], env: Record<string, string> = {}): Command {
  return beginProgram([fileURLToPath(new URL(`../../examples/${name}.ts`, import.meta.url)), ...words], { env })
}

test('word-count sends files and code along, and counts what was in them', async () => {
  const folder = join(mesh.root, 'notes')
  mkdirSync(join(folder, 'deep'), { recursive: true })
  for (let i = 0; i < 12; i++) writeFileSync(join(folder, 'deep', `${i}.md`), 'Souk, souk; bazaar\n'.repeat(i))
  writeFileSync(join(folder, 'other.json'), '{"not": "counted"}')
  // Over 64 KiB of counts come back as a blob.
  const rare = Array.from({ length: 9000 }, (_, i) => `w${letters(i)}`)
  writeFileSync(join(folder, 'rare.txt'), rare.join('\n'))

  const { code, out, err } = await story('word-count', [folder], { SOUK_DATA: alpha.data }).ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain(`${66 * 3 + 9000} words in 13 files`)
  expect(out).toMatch(/'souk' +│ 132 /)
  expect(out).toMatch(/'bazaar' +│ 66 /)
  const counted = [...out.matchAll(/(\d+) files counted by/g)].map(([, files]) => Number(files))
  expect(counted.reduce((a, b) => a + b)).toBe(13)
})

test('an agent serves what is submitted through another peer, and its errors are the task’s', async () => {
  const agent = story('agent', ['serve'], { SOUK_DATA: alpha.data })
  await agent.says('serving shout, primes at alpha')
  const { code, out, err } = await story('agent', ['call'], { SOUK_DATA: beta.data }).ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out.trim().split('\n')).toEqual([
    'succeeded at alpha: HELLO FROM ELSEWHERE!',
    expect.stringMatching(/^succeeded at alpha: 2,3,5,7,.*,89,97$/),
    expect.stringMatching(/^succeeded at alpha: 101,103,.*,199$/),
    expect.stringMatching(/^succeeded at alpha: 211,223,.*,293$/),
    expect.stringMatching(/^succeeded at alpha: 307,311,.*,397$/),
    'failed at alpha: RangeError: no numbers from 9 to 1',
  ])
  agent.child.kill('SIGINT')
  expect(await agent.ended).toMatchObject({ code: 0, out: expect.stringContaining('gone from the mesh') })
})

test('work for an agent that is not there waits for it, and a caller that leaves takes its work back', async () => {
  const client = await mesh.client(beta)
  const waiting = async () => (await client.tasks({ states: ['waiting'] })).total
  const impatient = story('agent', ['call'], { SOUK_DATA: beta.data })
  await until('its tasks wait', async () => (await waiting()) === 6)
  impatient.child.kill('SIGINT')
  const { code, out } = await impatient.ended
  expect({ code, out }).toEqual({ code: 0, out: 'cancelled: the caller left\n'.repeat(6) })

  const patient = story('agent', ['call'], { SOUK_DATA: beta.data })
  await until('its tasks wait', async () => (await waiting()) === 6)
  const agent = story('agent', ['serve'], { SOUK_DATA: alpha.data })
  expect((await patient.ended).out).toContain('succeeded at alpha: HELLO FROM ELSEWHERE!')
  agent.child.kill('SIGTERM')
  expect((await agent.ended).code).toBe(0)
})

test('survive goes on through the other peer when the one it talks to is killed, and nothing is lost', async () => {
  const surviving = story('survive', [alpha.data, beta.data], { TASKS: '80' })
  await surviving.says('alpha answers; 0 submitted')
  const client = await mesh.client(beta)
  const closed = async () => (await client.tasks({ states: ['closed'] })).total
  const before = await closed()
  await until('some tasks have ended', async () => (await closed()) >= before + 10)
  process.kill(alpha.pid, 'SIGKILL')
  await until('alpha is gone', () => !isAlive(alpha.pid))
  await surviving.says('beta answers')
  await surviving.says('all 80 submitted')
  // What alpha had accepted is on its disk. It comes back where the others know it.
  const port = /\/tcp\/(\d+)/.exec(alpha.addresses[0]!)![1]
  alpha = await mesh.start('alpha', ['up'], [...offer, '--listen', `127.0.0.1:${port}`])
  const { code, out, err } = await surviving.ended
  expect({ code, err }).toEqual({ code: 0, err: '' })
  expect(out).toContain('80 of 80 succeeded')
  const shares = [...out.matchAll(/(\d+) accepted by (alpha|beta)/g)].map(([, tasks]) => Number(tasks))
  expect(shares).toHaveLength(2)
  expect(shares.reduce((a, b) => a + b)).toBe(80)
})

test('a story says how to start a peer where none runs, and how it is used', async () => {
  const nowhere = await story('word-count', [], { SOUK_DATA: join(mesh.root, 'nowhere') }).ended
  expect(nowhere).toMatchObject({ code: 1, err: expect.stringContaining('souk up --data') })
  const unclear = await story('agent', [], { SOUK_DATA: alpha.data }).ended
  expect(unclear).toMatchObject({ code: 64, err: expect.stringContaining('serve | call') })
})

/** A number as letters: the story counts words, not digits. */
function letters(n: number): string {
  return [...n.toString(26)].map((digit) => String.fromCharCode(97 + Number.parseInt(digit, 26))).join('')
}
