import { emptyVector } from '@souk/kernel'
import type { Advert } from '@souk/wire'
import { beforeAll, expect, test } from 'vitest'
import {
  createIdentity,
  createMesh,
  type Identity,
  issueCertificate,
  issueRemoval,
  loadIdentity,
  type Mesh,
  MeshCredentials,
  verifyCertificate,
} from '../src/index.ts'

let mesh: Mesh
let identity: Identity
beforeAll(async () => {
  mesh = await createMesh('test')
  identity = await createIdentity()
})

async function certify(fields: { expiresWallMs?: number; signedBy?: Mesh } = {}) {
  return await issueCertificate((fields.signedBy ?? mesh).signingKey as Uint8Array, {
    peer: identity.peer,
    role: 'host',
    name: 'one',
    issuedWallMs: 0,
    expiresWallMs: fields.expiresWallMs ?? 0,
  })
}

async function advert(seq = 1): Promise<Advert> {
  const certificate = await certify()
  const offer = {
    capacity: emptyVector(),
    labels: { b: '2', a: '1' },
    executors: [],
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '',
  }
  const life = { incarnation: 1, proof: new MeshCredentials({ identity, mesh, certificate }).signLife(1) }
  return { peer: identity.peer, ...life, seq, addresses: [], offer, certificate, signature: new Uint8Array() }
}

async function credentials(wall = () => 1000) {
  return new MeshCredentials({ identity, mesh, certificate: await certify(), wall })
}

test('an identity survives the store; a damaged one is told', () => {
  expect(loadIdentity(identity.privateKey).peer).toBe(identity.peer)
  expect(() => loadIdentity(new Uint8Array([1, 2, 3]))).toThrow(expect.objectContaining({ code: 'identity-damaged' }))
})

test('a certificate holds for its mesh, peer and time, and no other', async () => {
  const good = await certify({ expiresWallMs: 2000 })
  const other = await createMesh('other')
  const check = async (m: Mesh, c: typeof good, peer = identity.peer, wallMs = 1000) =>
    await verifyCertificate(m.publicKey, c, peer, wallMs)
  expect(await check(mesh, good)).toBeUndefined()
  expect(await check(mesh, good, identity.peer, 2000)).toBe('certificate-expired')
  expect(await check(mesh, good, 'somebody')).toBe('certificate-other-peer')
  expect(await check(other, good)).toBe('certificate-other-mesh')
  expect(await check(mesh, { ...good, role: 'admin' })).toBe('certificate-invalid')
  expect(await check(mesh, { ...good, expiresWallMs: 0 })).toBe('certificate-invalid')
  expect(await check(mesh, { ...good, signature: new Uint8Array(5) })).toBe('certificate-invalid')
  expect(await check(mesh, { ...(await certify({ signedBy: other })), mesh: good.mesh })).toBe('certificate-invalid')
})

test('a verified certificate still expires, and can be revoked', async () => {
  let wallMs = 1000
  const c = await credentials(() => wallMs)
  const certificate = await certify({ expiresWallMs: 2000 })
  expect(await c.checkCertificate(certificate, identity.peer)).toBeUndefined()
  expect(await c.checkCertificate({ ...certificate, role: 'admin' }, identity.peer)).toBe('certificate-invalid')
  wallMs = 2000
  expect(await c.checkCertificate(certificate, identity.peer)).toBe('certificate-expired')
  wallMs = 1000
  const removal = await issueRemoval(mesh.signingKey!, identity.peer, 1)
  c.revoke(removal)
  expect([c.removalOf(identity.peer), c.removalOf('somebody')]).toEqual([removal, undefined])
  expect(await c.checkCertificate(certificate, identity.peer)).toBe('certificate-revoked')
})

test('a removal is believed where this mesh has signed it, of the peer that it names', async () => {
  const c = await credentials()
  const other = await createMesh('other')
  const removal = await issueRemoval(mesh.signingKey!, identity.peer, 1000)
  expect(await c.checkRemoval(removal)).toBeUndefined()
  expect(await c.checkRemoval({ ...removal, peer: 'somebody' })).toBe('removal-signature')
  expect(await c.checkRemoval({ ...removal, wallMs: 1001 })).toBe('removal-signature')
  expect(await c.checkRemoval({ ...removal, signature: new Uint8Array() })).toBe('removal-signature')
  const foreign = await issueRemoval(other.signingKey!, identity.peer, 1000)
  expect(await c.checkRemoval(foreign)).toBe('removal-signature')
})

test('a life is proven by its own peer, in its own mesh, and by nothing else', async () => {
  const c = await credentials()
  const proof = c.signLife(3)
  expect(await c.checkLife(identity.peer, 3, proof)).toBeUndefined()
  expect(await c.checkLife(identity.peer, 3, proof)).toBeUndefined()
  expect(await c.checkLife(identity.peer, 4, proof)).toBe('life-signature')
  expect(await c.checkLife(identity.peer, 3, proof.with(0, 255 - proof[0]!))).toBe('life-signature')
  expect(await c.checkLife(identity.peer, 3, new Uint8Array())).toBe('life-signature')
  expect(await c.checkLife('somebody', 3, proof)).toBe('life-signature')
  const another = await createIdentity()
  const elsewhere = await createMesh('other')
  const bad = [
    new MeshCredentials({ identity: another, mesh, certificate: await certify() }),
    new MeshCredentials({ identity, mesh: elsewhere, certificate: await certify() }),
  ]
  for (const credentials of bad) {
    expect(await c.checkLife(identity.peer, 3, credentials.signLife(3))).toBe('life-signature')
  }
})

test('an advert whose life is not proven is refused, whoever signed the rest', async () => {
  const c = await credentials()
  const unproven = { ...(await advert()), proof: c.signLife(2) }
  expect(await c.checkAdvert(c.sign(unproven))).toBe('life-signature')
})

test('a signed advert holds; any change of it does not, checked before or not', async () => {
  const c = await credentials()
  const signed = c.sign(await advert())
  const forged = { ...signed, offer: { ...signed.offer, priceMilli: 1 } }
  expect(await c.checkAdvert(forged)).toBe('advert-signature')
  expect(await c.checkAdvert(signed)).toBeUndefined()
  expect(await c.checkAdvert(signed)).toBeUndefined()
  expect(await c.checkAdvert(forged)).toBe('advert-signature')
  expect(await c.checkAdvert({ ...signed, seq: 2 })).toBe('advert-signature')
  expect(await c.checkAdvert({ ...signed, peer: 'somebody' })).toBe('certificate-other-peer')
})
