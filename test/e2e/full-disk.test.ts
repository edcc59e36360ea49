import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh, until } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

test('a full disk refuses new tasks and says so; what was accepted is kept, and the peer goes on', async () => {
  const peer = await mesh.add('small', ['--offer', 'cpu=1,slots=1', '--disk-max', '2M'])
  const client = await mesh.client(peer)
  const kept = await client.submit({ argv: ['true'], labels: { site: 'elsewhere' } }).id
  let refusal: { code?: string; message?: string } = {}
  for (let i = 0; i < 400 && refusal.code === undefined; i++) {
    const handle = client.submit({ argv: ['true'], env: { FILL: 'x'.repeat(30_000) }, labels: { site: 'elsewhere' } })
    handle.outcome.catch(() => {})
    await handle.id.catch((error: { code: string; message: string }) => {
      refusal = error
    })
  }
  expect(refusal).toMatchObject({ code: expect.stringContaining('disk-full') })
  expect((await client.status()).store).toMatchObject({ ok: false, code: 'disk-full' })
  expect((await client.task(kept)).state).toBe('waiting')
  const doctor = await souk(['doctor', '--data', peer.data])
  expect(doctor).toMatchObject({ code: 1, out: expect.stringContaining('disk-full') })
  await until('it answers', async () => (await souk(['peers', '--data', peer.data])).code === 0)
})
