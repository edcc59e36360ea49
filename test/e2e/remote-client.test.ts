import { connect } from '@souk/client/node'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { souk, TestMesh, type TestPeer } from './harness.ts'

const mesh = new TestMesh()
let peer: TestPeer
let endpoint: string

beforeAll(async () => {
  peer = await mesh.add('peer', ['--offer', 'cpu=1,slots=1', '--listen-api', '127.0.0.1:0'])
  const issued = JSON.parse((await souk(['token', '--data', peer.data, '--json'])).out) as { endpoint: string }
  endpoint = issued.endpoint
})
afterAll(() => mesh.close())

test('a client with a token of the mesh runs tasks over TLS', async () => {
  expect(endpoint).toMatch(/^https:\/\/127\.0\.0\.1:\d+#souk-key-/)
  const ran = await souk(['run', '--', 'echo', 'from afar'], { env: { SOUK_ENDPOINT: endpoint } })
  expect(ran).toMatchObject({ code: 0, out: 'from afar\n' })
})

test('the SDK takes what `souk token` prints, and an endpoint that is a typo fails soon with what was wrong', async () => {
  const souk = await connect([endpoint])
  expect((await souk.submit({ argv: ['echo', 'by the SDK'] }).outcome).stdout).toBe('by the SDK\n')
  await souk.close()
  await expect(connect([endpoint.replace(/:\d+#/, ':1#')])).rejects.toMatchObject({
    code: 'unreachable',
    message: expect.stringContaining('https://127.0.0.1:1 (connect ECONNREFUSED 127.0.0.1:1)'),
  })
})

test('its role is all it may do', async () => {
  const { code, err } = await souk(['invite', '--endpoint', endpoint])
  expect(code).toBe(1)
  expect(err).toContain('role submit')
})

test('a listener with another certificate is not told the token', async () => {
  const [address = '', secret = ''] = endpoint.split('#')
  const wrong = `${address}#${secret.split(',')[0]},${'0'.repeat(64)}`
  const { code, err } = await souk(['run', '--endpoint', wrong, '--', 'true'])
  expect(code).toBe(125)
  expect(err).toMatch(/certificate/)
})

test("the token of this host's data folder opens nothing from elsewhere", async () => {
  const { readFileSync } = await import('node:fs')
  const { token } = JSON.parse(readFileSync(`${peer.data}/api.json`, 'utf8')) as { token: string }
  const [address = '', secret = ''] = endpoint.split('#')
  const { code, err } = await souk(['status', '--endpoint', `${address}#${token},${secret.split(',')[1]}`])
  expect(code).toBe(1)
  expect(err).toContain('token')
})
