import { type Certificate, limits } from '@souk/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeSmall, smallMessageBytesMax } from '../src/hello.ts'
import {
  createIdentity,
  createMesh,
  decodeInvitation,
  defaultTuning,
  encodeInvitation,
  type Invitation,
  Invitations,
  issueCertificate,
  joinMesh,
  type OnJoin,
} from '../src/index.ts'
import { codeOf, forever, type Member, TestMesh } from './nodes.ts'

const hourMs = 3_600_000
let mesh: TestMesh
let invitations: Invitations
let inviter: Member
beforeEach(async () => {
  signingKey = undefined
  introduced = []
  mesh = await TestMesh.create('home')
  invitations = new Invitations()
  inviter = await mesh.start({ onJoin: async (application) => await onJoin(application) })
})
afterEach(async () => {
  await mesh.close()
})

/** What a composition root does: redeem, store, certify. */
const onJoin: OnJoin = async ({ peer, secretId, proof }) => {
  const redeemed = invitations.redeem({ secretId, proof, joiner: peer, inviter: inviter.identity.peer, wallMs: now() })
  if (!redeemed.ok) return redeemed
  const certificate = await mesh.certify({ peer } as never, { role: redeemed.role })
  const members = introduced
  return signingKey === undefined ? { certificate, members } : { certificate, signingKey, members }
}
/** What comes along with the certificate, for admins. */
let signingKey: Uint8Array | undefined
/** Whom the inviter says it knows. */
let introduced: Certificate[] = []
let wallMs = 1_000_000
const now = () => wallMs

function invite(overrides: Partial<Invitation> = {}): Invitation {
  const issued = invitations.issue({ role: 'submit', wallMs, expiresWallMs: wallMs + hourMs })
  const line = encodeInvitation({
    meshName: mesh.mesh.name,
    meshPublicKey: mesh.mesh.publicKey,
    psk: mesh.mesh.psk,
    addresses: [inviter.address],
    ...issued,
    ...overrides,
  })
  return decodeInvitation(line, 0)
}

const join = async (invitation: Invitation) =>
  await joinMesh({ identity: await createIdentity(), invitation, name: 'new', signal: forever, wall: now })

const peersOf = (certificates: readonly Certificate[]) => certificates.map(({ peer }) => peer)

test('a name that could steer a terminal is refused, and the invitation is not used up', async () => {
  const identity = await createIdentity()
  const invitation = invite()
  const joining = (name: string) => joinMesh({ identity, invitation, name, signal: forever, wall: now })
  expect(await codeOf(joining('attic\u001b[2J'))).toBe('name-invalid')
  expect(await codeOf(joining('attic\u202e'))).toBe('name-invalid')
  expect((await joining('Dachboden-Ä 2')).certificate.peer).toBe(identity.peer)
})

test('a stranger joins with one line and then connects as a member', async () => {
  const identity = await createIdentity()
  const joined = await joinMesh({ identity, invitation: invite(), name: 'new', signal: forever, wall: now })
  expect(joined.certificate).toMatchObject({ peer: identity.peer, role: 'submit' })
  expect(joined.addresses).toEqual([inviter.address])
  expect(joined.mesh).toEqual({ name: 'home', publicKey: mesh.mesh.publicKey, psk: mesh.mesh.psk })
  const member = await mesh.start({ identity, certificate: joined.certificate })
  expect(await member.transport.dial(joined.addresses, forever)).toBe(inviter.identity.peer)
  await inviter.ear.hears('connected', (t) => t.peer === identity.peer && t.certificate.role === 'submit')
})

test('a joiner is told who the members are, and drops what the mesh has not signed', async () => {
  const [identity, other, stranger, gone] = await Promise.all([1, 2, 3, 4].map(createIdentity))
  const good = await mesh.certify(other!)
  const forged = await mesh.certify(stranger!, { signedBy: await createMesh('home') })
  const expired = await mesh.certify(gone!, { expiresWallMs: wallMs })
  introduced = [inviter.credentials.certificate, forged, good, expired, good, await mesh.certify(identity!)]
  const joined = await joinMesh({ identity: identity!, invitation: invite(), name: 'new', signal: forever, wall: now })
  expect(peersOf(joined.members)).toEqual([inviter.identity.peer, other!.peer])
})

test('of a large mesh as many members are named as the answer holds, with the longest names there are', async () => {
  const fields = { role: 'observe', name: '\u5e02'.repeat(64), issuedWallMs: wallMs, expiresWallMs: 2 ** 52 } as const
  const certify = async () =>
    await issueCertificate(mesh.mesh.signingKey!, { ...fields, peer: (await createIdentity()).peer })
  const many = await Promise.all(Array.from({ length: limits.introducedMax + 1 }, certify))
  introduced = many
  signingKey = mesh.mesh.signingKey
  expect(peersOf((await join(invite())).members)).toEqual(peersOf(many.slice(0, limits.introducedMax)))
  // The other longest part of the answer.
  const addresses = Array.from({ length: 16 }, () => 'x'.repeat(limits.nameCharsMax))
  const size = encodeSmall({ members: introduced.slice(0, limits.introducedMax), addresses }).byteLength
  expect(size).toBeLessThan(smallMessageBytesMax - 2048)
})

test('a new admin gets the key of the mesh, and refuses another key', async () => {
  signingKey = mesh.mesh.signingKey!
  expect((await join(invite())).mesh.signingKey).toEqual(mesh.mesh.signingKey)
  signingKey = (await createMesh('home')).signingKey!
  expect(await codeOf(join(invite()))).toBe('invitation-forged')
  signingKey = new Uint8Array(8)
  expect(await codeOf(join(invite()))).toBe('invitation-forged')
})

test('an invitation works once; the peer that used it may ask again', async () => {
  const invitation = invite()
  const identity = await createIdentity()
  const again = async () => await joinMesh({ identity, invitation, name: 'new', signal: forever, wall: now })
  await again()
  await again()
  expect(await codeOf(join(invitation))).toBe('invitation-used')
})

test('an expired invitation is refused by the inviter, whatever the joiner says', async () => {
  const invitation = invite({ expiresWallMs: 0 })
  wallMs += 2 * hourMs
  expect(await codeOf(join(invitation))).toBe('invitation-expired')
})

test('a forged secret is refused', async () => {
  expect(await codeOf(join(invite({ secret: new Uint8Array(16).fill(7) })))).toBe('invitation-forged')
})

test('an invitation that this mesh never gave out is refused', async () => {
  expect(await codeOf(join(invite({ secretId: 'nobody' })))).toBe('invitation-unknown')
})

test('an answer that is not signed by the mesh of the invitation is refused by the joiner', async () => {
  const { publicKey } = await createMesh('somebody else')
  expect(await codeOf(join(invite({ meshPublicKey: publicKey })))).toBe('invitation-forged')
})

test('a wrong network key is told apart from a peer that cannot be reached', async () => {
  const identity = await createIdentity()
  const wrong = { identity, invitation: invite({ psk: new Uint8Array(32).fill(1) }), name: 'new', signal: forever }
  expect(await codeOf(joinMesh({ ...wrong, tuning: { ...defaultTuning, dialMsMax: 1000 } }))).toBe('wrong-network-key')
  expect(await codeOf(join(invite({ addresses: ['/ip4/127.0.0.1/tcp/1'] })))).toBe('cannot-reach')
})

test('the second address is tried when the first does not answer', async () => {
  await join(invite({ addresses: ['/ip4/127.0.0.1/tcp/1', inviter.address] }))
})
