import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { isAlive, souk, TestMesh, type TestPeer, until } from './harness.ts'

const mesh = new TestMesh()
let origin: TestPeer
let host: TestPeer
let third: TestPeer
/** over 64 KiB, so that it does not fit into a record */
const large = 200_000

beforeAll(async () => {
  origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0'])
  host = await mesh.add('host', ['--offer', 'cpu=4,slots=4'])
  third = await mesh.add('third', ['--offer', 'cpu=0,slots=0'])
  await mesh.met()
})
afterAll(() => mesh.close())

const at = (peer: TestPeer, words: string[], options = {}) =>
  souk([words[0]!, '--data', peer.data, ...words.slice(1)], options)

async function lose(peer: TestPeer): Promise<void> {
  process.kill(peer.pid, 'SIGKILL')
  await until('it is gone', () => !isAlive(peer.pid))
  rmSync(peer.data, { recursive: true, force: true, maxRetries: 5 })
}

test('what was accepted ends with its input and its output, though the peer it was submitted to is lost with its disk', async () => {
  writeFileSync(join(mesh.root, 'input.txt'), 'x'.repeat(large))
  // Its input is carried to the host only when it starts: it has to come from another custodian.
  const busy = await at(origin, ['submit', '--cpu', '4', '--', 'sleep', '3'])
  const words = ['submit', '--in', 'input.txt', '--cpu', '4', '--', 'sh', '-c', 'cat input.txt input.txt']
  const { code, out } = await at(origin, words, { cwd: mesh.root })
  expect([busy.code, code]).toEqual([0, 0])
  const id = out.trim()
  await lose(origin)
  expect(await at(third, ['wait', id])).toMatchObject({ code: 0 })
  const { out: seen } = await at(third, ['status', id])
  expect(seen).toContain(`${id}  `)
  expect(seen).toMatch(/kept by .*origin \(away\)/)
  // Its output is on a custodian's disk too, and not only where it ran.
  await lose(host)
  expect((await at(third, ['result', id])).out).toBe('x'.repeat(2 * large))
})

test('what most of its custodians cannot keep is refused, unless one is enough', async () => {
  await until('the others are gone', async () => (await at(third, ['peers'])).out.includes('dead'))
  const refused = await at(third, ['submit', '--', 'true'])
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining('--durability local') })
  expect((await at(third, ['submit', '--durability', 'local', '--', 'true'])).code).toBe(0)
})
