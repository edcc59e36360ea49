import { afterAll, expect, test } from 'vitest'
import { souk, TestMesh } from './harness.ts'

const mesh = new TestMesh()
afterAll(() => mesh.close())

test('a peer that joined as an admin may invite, also when the first one is gone; a host may not', async () => {
  const first = await mesh.add('first')
  const line = await mesh.invite(first, ['--role', 'admin'])
  const admin = await mesh.start('admin', ['join', line])
  const host = await mesh.start('host', ['join', await mesh.invite(admin)])
  await mesh.met()
  expect((await souk(['invite', '--data', host.data])).err).toContain('does not hold the key of the mesh')
  await souk(['down', '--data', first.data])
  const late = await mesh.start('late', ['join', await mesh.invite(admin)])
  const seen = await souk(['run', '--data', late.data, '--', 'echo', 'in'])
  expect(seen).toMatchObject({ code: 0, out: 'in\n' })
})
