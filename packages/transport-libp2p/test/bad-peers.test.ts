import { multiaddr } from '@multiformats/multiaddr'
import { decodeFrame, encodeFrame, wireVersion } from '@souk/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { encodeSmall } from '../src/hello.ts'
import { issueRemoval } from '../src/index.ts'
import { linkProtocol } from '../src/protocols.ts'
import { type Member, numbered, numberOf, TestMesh } from './nodes.ts'
import { closed, framed, payloadsAfterGreeting, type RawPeer, rawPeer, welcome } from './raw-peer.ts'

let mesh: TestMesh
let member: Member
let raw: RawPeer
beforeEach(async () => {
  mesh = await TestMesh.create()
  member = await mesh.start({ tuning: { malformedFramesMax: 3, sendQueueBytesMax: 512 * 1024 } })
  raw = await rawPeer(mesh, member)
})
afterEach(async () => {
  await raw.node.stop()
  await mesh.close()
})

async function greet(): Promise<void> {
  raw.write(await raw.hello())
  raw.write(welcome)
  await member.ear.hears('connected', (t) => t.peer === raw.identity.peer)
}

test('an announced frame over the limit closes only that stream, and is told', async () => {
  await greet()
  raw.stream.send(new Uint8Array([0x7f, 0xff, 0xff, 0xff, 1, 2, 3]))
  await member.ear.hears('rejected', (t) => t.code === 'frame-too-large' && t.peer === raw.identity.peer)
  await closed(raw.stream)
  expect(raw.connection.status).toBe('open')
  // and another stream on the same connection works
  const stream = await raw.connection.newStream(linkProtocol)
  stream.send(framed(await raw.hello({ incarnation: 2 })))
  stream.send(framed(welcome))
  await member.ear.hears('connected', (t) => t.incarnation === 2)
})

test('an oversized frame before any greeting is refused as well', async () => {
  raw.stream.send(new Uint8Array([0xff, 0xff, 0xff, 0xff]))
  await member.ear.hears('rejected', (t) => t.code === 'frame-too-large')
  await closed(raw.stream)
  expect(member.ear.of('connected')).toEqual([])
})

test('frames that do not decode are told one by one, and end the stream after the limit', async () => {
  await greet()
  raw.write(new Uint8Array([0xc1, 0xc1]))
  await member.ear.hears('rejected')
  raw.write(encodeFrame(numbered(5)))
  expect(numberOf((await member.ear.hears('frame')).frame)).toBe(5)
  raw.write(new Uint8Array([0xc1]))
  raw.write(new Uint8Array([0x90]))
  expect((await member.ear.hears('disconnected')).reason).toBe('malformed-frames')
})

test('frames before the greeting are never delivered', async () => {
  raw.write(encodeFrame(numbered(1)))
  await member.ear.hears('rejected', (t) => t.code === 'message-malformed')
  await closed(raw.stream)
  expect(member.ear.of('frame')).toEqual([])
})

test('another version of the protocol is refused by name', async () => {
  raw.write(encodeSmall({ version: wireVersion + 1, hello: 'from the future' }))
  await member.ear.hears('rejected', (t) => t.code === 'version-mismatch')
  expect(member.ear.of('connected')).toEqual([])
})

test('an expired certificate is refused', async () => {
  raw.write(await raw.hello({ certificate: await mesh.certify(raw.identity, { expiresWallMs: 1 }) }))
  await member.ear.hears('rejected', (t) => t.code === 'certificate-expired')
})

test('the certificate of another peer is refused', async () => {
  raw.write(await raw.hello({ certificate: member.credentials.certificate }))
  await member.ear.hears('rejected', (t) => t.code === 'certificate-other-peer')
})

test('a certificate with a changed role is refused', async () => {
  const certificate = await mesh.certify(raw.identity, { role: 'observe' })
  raw.write(await raw.hello({ certificate: { ...certificate, role: 'admin' } }))
  await member.ear.hears('rejected', (t) => t.code === 'certificate-invalid')
})

test('a life that its peer did not sign is refused', async () => {
  raw.write(await raw.hello({ incarnation: 2, proof: member.credentials.signLife(2) }))
  const { detail } = await member.ear.hears('rejected', (t) => t.code === 'life-signature')
  expect(detail).toContain('its life 2')
  expect(member.ear.of('connected')).toEqual([])
})

test('a revoked member is refused', async () => {
  const removal = await issueRemoval(mesh.mesh.signingKey!, raw.identity.peer, 1)
  member.credentials.revoke(removal)
  raw.write(await raw.hello())
  await member.ear.hears('rejected', (t) => t.code === 'certificate-revoked')
})

test('a peer that is removed loses its link, and is told why it gets no other', async () => {
  await greet()
  member.credentials.revoke(await issueRemoval(mesh.mesh.signingKey!, raw.identity.peer, 1))
  member.transport.shut(raw.identity.peer, 'certificate-revoked', 'revoked')
  expect((await member.ear.hears('disconnected')).reason).toBe('certificate-revoked')
  await closed(raw.stream)
  const again = await raw.node.dial(multiaddr(member.address), { force: true, signal: AbortSignal.timeout(3000) })
  const stream = await again.newStream(linkProtocol)
  stream.send(framed(await raw.hello()))
  await member.ear.hears('rejected', (t) => t.code === 'certificate-revoked')
  await closed(stream)
})

test('a second stream from the same peer replaces the first; one from an earlier life does not', async () => {
  raw.write(await raw.hello({ incarnation: 5 }))
  raw.write(welcome)
  await member.ear.hears('connected', (t) => t.incarnation === 5)
  const first = raw.stream
  const open = async (incarnation: number) => {
    const stream = await raw.connection.newStream(linkProtocol)
    stream.send(framed(await raw.hello({ incarnation })))
    stream.send(framed(welcome))
    return stream
  }
  const older = await open(4)
  await member.ear.hears('rejected', (t) => t.code === 'old-incarnation')
  await closed(older)
  await open(6)
  await member.ear.hears('connected', (t) => t.incarnation === 6)
  expect(member.ear.of('disconnected').map((t) => t.reason)).toEqual(['replaced'])
  await closed(first)
})

test('a peer that does not read fills a bounded queue, and gets every accepted frame once it reads', async () => {
  await greet()
  raw.stream.pause()
  let accepted = 0
  // turns pass between the frames, so the stream's own window fills as well
  for (;;) {
    if (!member.transport.send(raw.identity.peer, numbered(accepted))) break
    if (++accepted % 1000 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  let read = 0
  raw.stream.resume()
  for await (const payload of payloadsAfterGreeting(raw.stream)) {
    const decoded = decodeFrame(payload)
    expect(decoded.ok && numberOf(decoded.value.frame)).toBe(read)
    if (++read === accepted) break
  }
  expect(read).toBe(accepted)
})

test('a peer that falls silent loses its link', async () => {
  const impatient = await mesh.start({ tuning: { silenceMsMax: 300, heartbeatMs: 100 } })
  const quiet = await rawPeer(mesh, impatient)
  quiet.write(await quiet.hello())
  quiet.write(welcome)
  await impatient.ear.hears('connected')
  expect((await impatient.ear.hears('disconnected')).reason).toBe('silent')
  await quiet.node.stop()
})
