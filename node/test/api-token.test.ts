import { createMesh, issueCertificate } from '@souk/transport-libp2p'
import { encodeValue } from '@souk/wire'
import { expect, test } from 'vitest'
import { issueToken, MeshTokens } from '../src/api-token.ts'

const options = { role: 'submit', name: 'laptop', wallMs: 1000, expiresWallMs: 5000 } as const

test('a token that the mesh issued opens the API in its role until it expires', async () => {
  const mesh = await createMesh('home')
  const token = await issueToken(mesh.signingKey!, options)
  let now = 2000
  const tokens = new MeshTokens(mesh, () => now)
  expect(tokens.check(token)).toEqual({ role: 'submit' })
  now = 5000
  expect(tokens.check(token)).toBeUndefined()
})

test("another mesh's token, a changed one, and anything else opens nothing", async () => {
  const mesh = await createMesh('home')
  const other = await createMesh('home')
  const tokens = new MeshTokens(mesh, () => 2000)
  const good = await issueToken(mesh.signingKey!, options)
  const changed = good.slice(0, -6) + (good.endsWith('AAAAAA') ? 'BBBBBB' : 'AAAAAA')
  const wrong = [
    await issueToken(other.signingKey!, options),
    changed,
    '',
    'souk-key-',
    'souk-key-%%%',
    'x'.repeat(10_000),
  ]
  for (const token of wrong) expect(tokens.check(token)).toBeUndefined()
})

test("a peer's membership certificate is no API token", async () => {
  const mesh = await createMesh('home')
  const certificate = await issueCertificate(mesh.signingKey!, {
    peer: '12D3KooWAApS52cQEAApBhdsZBZvVnZs8Vcj5Uu4i21xfjDxW1FR',
    role: 'admin',
    name: 'amber',
    issuedWallMs: 0,
    expiresWallMs: 0,
  })
  const token = `souk-key-${Buffer.from(encodeValue(certificate)).toString('base64url')}`
  expect(new MeshTokens(mesh, () => 2000).check(token)).toBeUndefined()
})
