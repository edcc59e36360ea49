import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { begin, souk, TestMesh } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

test('a function that never returns blocks no other task and no peer, and its timeout ends it', async () => {
  const origin = await mesh.add('origin', ['--offer', 'cpu=0,slots=0'])
  const host = await mesh.add('host', ['--offer', 'cpu=2,slots=2'])
  await mesh.met()
  writeFileSync(join(mesh.root, 'spin.mjs'), 'export function spin() { console.log("spinning"); for (;;); }\n')
  const words = ['--data', origin.data, '--module', 'spin.mjs', '--function', 'spin', '--timeout', '6s']
  const spinning = begin(['run', ...words], { cwd: mesh.root })
  await spinning.says('spinning')
  expect(await souk(['run', '--data', origin.data, '--', 'echo', 'beside it'])).toMatchObject({
    code: 0,
    out: 'beside it\n',
  })
  expect((await souk(['status', '--data', host.data])).code).toBe(0)
  const client = await mesh.client(origin)
  expect((await client.peers()).find((line) => line.id === host.peer)?.state).toBe('alive')
  expect(await spinning.ended).toMatchObject({ code: 124, err: expect.stringContaining('timeout') })
  const { attempts } = (await client.tasks()).tasks.find(
    (task) => task.name.includes('spin') || task.class.includes('spin'),
  )!
  expect(attempts).toBeLessThanOrEqual(1)
})
