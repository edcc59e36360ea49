import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '@souk/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let origin: TestPeer
let other: TestPeer

beforeAll(async () => {
  origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0'])
  other = await mesh.add('other', ['--offer', 'cpu=4,slots=4'])
  await mesh.add('third', ['--offer', 'cpu=4,slots=4'])
  await mesh.met()
})
afterAll(() => mesh.close())

const at = (peer: TestPeer, words: string[], options = {}) =>
  souk([words[0]!, '--data', peer.data, ...words.slice(1)], options)
const file = (name: string) => join(mesh.root, name)
/** Writes down that it ran. */
const note = (word: string) => ['sh', '-c', `echo ${word} >> ${file('order')}`]
/** Goes on until that file is there. */
const untilThere = (name: string) => ['sh', '-c', `until test -e ${file(name)}; do sleep 0.05; done`]

test('a diamond in one file runs in its order, whatever stands first', async () => {
  const tasks = [
    { argv: note('last'), name: 'last', after: ['left', 'right'] },
    { argv: note('side'), name: 'left', after: ['first'] },
    { argv: note('side'), name: 'right', after: [{ task: 'first', on: 'ended' }] },
    { argv: note('first'), name: 'first' },
  ]
  writeFileSync(file('tasks.jsonl'), tasks.map((task) => JSON.stringify(task)).join('\n'))
  const ran = await at(origin, ['submit', '--file', file('tasks.jsonl'), '--wait'])
  expect(ran).toMatchObject({ code: 0, err: '' })
  expect(readFileSync(file('order'), 'utf8')).toBe('first\nside\nside\nlast\n')
})

test('what waits is listed and explained as waiting for that task, and is cancelled when that one fails', async () => {
  const failing = ['sh', '-c', `until test -e ${file('fail')}; do sleep 0.05; done; exit 3`]
  const first = (await at(origin, ['submit', '--', ...failing])).out.trim()
  const second = (await at(origin, ['submit', '--after', 'last', '--', 'true'])).out.trim()
  const third = (await at(other, ['submit', '--after-any', second.slice(0, 10), '--', 'true'])).out.trim()
  await until('it says so', async () => (await at(other, ['tasks'])).out.includes('waiting (after)'))
  const explained = await at(other, ['explain', second])
  expect(explained.out).toContain(`waits for 1 of 1 task: ${first.slice(0, 8)}`)
  writeFileSync(file('fail'), '')
  const waited = await at(other, ['wait', second, '--json'])
  expect(waited.code).toBe(1)
  const outcome = JSON.parse(waited.out) as Outcome
  expect(outcome).toMatchObject({ kind: 'cancelled', code: 'dependency', attempts: [] })
  expect(outcome.message).toContain(first)
  expect((await at(origin, ['wait', third])).code).toBe(0)
})

test('a circle is refused with the circle; what nobody knows is named', async () => {
  writeFileSync(
    file('circle.jsonl'),
    '{"argv":["true"],"key":"a","after":["b"]}\n{"argv":["true"],"key":"b","after":["a"]}',
  )
  const circle = await at(origin, ['submit', '--file', file('circle.jsonl')])
  expect(circle).toMatchObject({ code: 64, err: expect.stringContaining('it waits for itself: a → b → a') })
  const unknown = await at(origin, ['submit', '--after', '0'.repeat(24), '--', 'true'])
  expect(unknown).toMatchObject({ code: 1, err: expect.stringContaining(`no task '${'0'.repeat(24)}' is known`) })
})

test('what waits starts in time though its origin is gone', async () => {
  const first = (await at(other, ['submit', '--', ...untilThere('go')])).out.trim()
  const words = ['submit', '--after', first, '--', 'touch', file('done')]
  const second = (await at(origin, words)).out.trim()
  await until('it waits', async () => (await at(other, ['tasks'])).out.includes('waiting (after)'))
  process.kill(origin.pid, 'SIGKILL')
  // Its custodians take it up once its lease is over.
  await until('another peer bears it', async () => {
    const { out } = await at(other, ['explain', second, '--json'])
    return (JSON.parse(out) as { bearer: string }).bearer !== origin.peer
  })
  expect(existsSync(file('done'))).toBe(false)
  writeFileSync(file('go'), '')
  expect((await at(other, ['wait', second])).code).toBe(0)
  expect(existsSync(file('done'))).toBe(true)
})
