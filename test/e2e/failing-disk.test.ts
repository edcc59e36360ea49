import { spawnSync } from 'node:child_process'
import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

/** part of util-linux: changes the limits of a process that runs */
const limiter = 'prlimit'
const hasPrlimit = spawnSync(limiter, ['--version']).status === 0

test('a disk that fails: nothing is accepted, status and doctor say so, and it goes on by itself', async (context) => {
  if (!hasPrlimit) return context.skip('needs prlimit (util-linux)')
  const peer = await mesh.add('failing', ['--offer', 'cpu=1,slots=1'])
  const client = await mesh.client(peer)
  const kept = await client.submit({ argv: ['true'], labels: { site: 'elsewhere' } }).id
  /** From here on the kernel refuses this process every write to a file. */
  const limit = (bytes: string) => spawnSync(limiter, ['--pid', String(peer.pid), `--fsize=${bytes}:`])
  limit('1')
  const handle = client.submit({ argv: ['true'] })
  handle.outcome.catch(() => {})
  await expect(handle.id).rejects.toMatchObject({ code: expect.stringMatching(/io/) })
  expect((await client.status()).store).toMatchObject({ ok: false, code: 'io' })
  const { out } = await souk(['status', '--data', peer.data])
  expect(out).toMatch(/store +io: .*takes no new tasks/)
  expect(await souk(['doctor', '--data', peer.data])).toMatchObject({
    code: 1,
    out: expect.stringMatching(/FAIL .*io:/),
  })
  expect((await client.task(kept)).state).toBe('waiting')

  limit('unlimited')
  await until('it has found out', async () => (await client.status()).store.ok)
  expect(await souk(['run', '--data', peer.data, '--', 'echo', 'well'])).toMatchObject({ code: 0, out: 'well\n' })
  expect((await client.task(kept)).state).toBe('waiting')
})
