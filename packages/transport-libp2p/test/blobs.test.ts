import { randomBytes } from 'node:crypto'
import { multiaddr } from '@multiformats/multiaddr'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BlobReplies } from '../src/blob-messages.ts'
import { createNode } from '../src/create-node.ts'
import { Exchange } from '../src/exchange.ts'
import { createIdentity } from '../src/index.ts'
import { blobProtocol } from '../src/protocols.ts'
import { codeOf, connect, forever, gather, type Member, once, TestMesh } from './nodes.ts'

let mesh: TestMesh
let a: Member
let b: Member
beforeEach(async () => {
  mesh = await TestMesh.create()
  a = await mesh.start({ tuning: { blobsInboundMax: 2, blobBytesMax: 64 * 1024 * 1024 } })
  b = await mesh.start({ tuning: { handshakeMsMax: 1000 } })
  await connect(a, b)
})
afterEach(async () => {
  await mesh.close()
})

/** Byte by byte without a report of millions of differences. */
function same(got: Uint8Array | undefined, wanted: Uint8Array): boolean {
  return got !== undefined && Buffer.compare(got, wanted) === 0
}

/** Data that must not be asked for. */
async function* unread(): AsyncGenerator<Uint8Array> {
  yield await Promise.reject(new Error('was read'))
}

test('a blob is fetched whole', async () => {
  const data = new Uint8Array(randomBytes(5 * 1024 * 1024 + 3))
  const blob = b.blobs.add(data)
  expect(same(await gather(a.transport.fetchBlob(b.transport.self, blob, forever)), data)).toBe(true)
})

test('how fast large transfers went is known at both ends afterwards, of small ones nothing', async () => {
  const bandwidth = (of: Member, to: Member) =>
    of.transport.report().find(({ peer }) => peer === to.transport.self)?.bandwidth
  const small = b.blobs.add(new Uint8Array(randomBytes(300_000)))
  await gather(a.transport.fetchBlob(b.transport.self, small, forever))
  expect(bandwidth(a, b)).toEqual({})
  const large = b.blobs.add(new Uint8Array(randomBytes(3_000_000)))
  await gather(a.transport.fetchBlob(b.transport.self, large, forever))
  expect(bandwidth(a, b)).toEqual({ receivedMbps: expect.any(Number) })
  const data = new Uint8Array(randomBytes(3_000_000))
  await a.transport.pushBlob(b.transport.self, a.blobs.add(data), once(data), forever)
  expect(bandwidth(a, b)).toEqual({ receivedMbps: expect.any(Number), sentMbps: expect.any(Number) })
  expect(bandwidth(b, a)).toEqual({ receivedMbps: expect.any(Number) })
  // Whoever decides about moves hears of it: the slower way of the two.
  const { receivedMbps = 0, sentMbps = 0 } = bandwidth(a, b)!
  const told = a.ear.of('transferred').at(-1)
  expect(told).toEqual({
    kind: 'transferred',
    peer: b.transport.self,
    bytesPerMs: 125 * Math.min(receivedMbps, sentMbps),
  })
})

test('an empty blob is fetched too', async () => {
  const blob = b.blobs.add(new Uint8Array())
  expect(await gather(a.transport.fetchBlob(b.transport.self, blob, forever))).toEqual(new Uint8Array())
})

test('a blob is pushed, stored and verified, and a second push sends nothing', async () => {
  const data = new Uint8Array(randomBytes(3 * 1024 * 1024))
  const blob = a.blobs.add(data)
  await a.transport.pushBlob(b.transport.self, blob, once(data), forever)
  expect(same(b.blobs.kept.get(blob.hash), data)).toBe(true)
  await a.transport.pushBlob(b.transport.self, blob, unread(), forever)
})

test('a blob is not taken from a member that runs no tasks; it may read', async () => {
  const identity = await createIdentity()
  const reader = await mesh.start({ identity, certificate: await mesh.certify(identity, { role: 'observe' }) })
  await connect(reader, b)
  const data = new Uint8Array(randomBytes(1000))
  const blob = reader.blobs.add(data)
  expect(await codeOf(reader.transport.pushBlob(b.transport.self, blob, unread(), forever))).toBe('not-allowed')
  expect(b.blobs.kept.size).toBe(0)
  const kept = b.blobs.add(data)
  expect(same(await gather(reader.transport.fetchBlob(b.transport.self, kept, forever)), data)).toBe(true)
})

test('a missing blob is told by its code', async () => {
  const blob = { hash: 'a'.repeat(64), sizeBytes: 5 }
  expect(await codeOf(gather(a.transport.fetchBlob(b.transport.self, blob, forever)))).toBe('blob-missing')
})

test('bytes that do not match the name are refused on both ways', async () => {
  const data = new Uint8Array(randomBytes(1000))
  const wrong = { hash: 'b'.repeat(64), sizeBytes: data.byteLength }
  b.blobs.kept.set(wrong.hash, data)
  expect(await codeOf(gather(a.transport.fetchBlob(b.transport.self, wrong, forever)))).toBe('blob-mismatch')
  const other = { hash: 'c'.repeat(64), sizeBytes: data.byteLength }
  expect(await codeOf(a.transport.pushBlob(b.transport.self, other, once(data), forever))).toBe('blob-mismatch')
  expect(b.blobs.kept.has(other.hash)).toBe(false)
})

test('a blob of another size than its name says is refused on both ways', async () => {
  const data = new Uint8Array(1000)
  const short = { ...b.blobs.add(data), sizeBytes: 1001 }
  expect(await codeOf(gather(a.transport.fetchBlob(b.transport.self, short, forever)))).toBe('blob-mismatch')
  const large = { ...b.blobs.add(new Uint8Array(1_000_000)), sizeBytes: 1_000_001 }
  expect(await codeOf(gather(a.transport.fetchBlob(b.transport.self, large, forever)))).toBe('interrupted')
  const long = { hash: 'd'.repeat(64), sizeBytes: 10 }
  expect(await codeOf(a.transport.pushBlob(b.transport.self, long, once(data), forever))).toBe('blob-mismatch')
})

test('a blob over the limit is refused before it is sent', async () => {
  const blob = { hash: 'e'.repeat(64), sizeBytes: 65 * 1024 * 1024 }
  expect(await codeOf(b.transport.pushBlob(a.transport.self, blob, unread(), forever))).toBe('blob-too-large')
})

test('many transfers at once all finish, however few may be open', async () => {
  const blobs = Array.from({ length: 12 }, () => a.blobs.add(new Uint8Array(randomBytes(200_000))))
  const got = await Promise.all(blobs.map((blob) => gather(b.transport.fetchBlob(a.transport.self, blob, forever))))
  expect(got.map((data) => data.byteLength)).toEqual(blobs.map(({ sizeBytes }) => sizeBytes))
})

test('a reader that stops half-way holds nothing up', async () => {
  const data = new Uint8Array(randomBytes(8 * 1024 * 1024))
  const blob = b.blobs.add(data)
  for await (const chunk of a.transport.fetchBlob(b.transport.self, blob, forever)) {
    expect(chunk.byteLength).toBeGreaterThan(0)
    break
  }
  expect(same(await gather(a.transport.fetchBlob(b.transport.self, blob, forever)), data)).toBe(true)
})

test('an aborted transfer rejects with the reason', async () => {
  const blob = b.blobs.add(new Uint8Array(8 * 1024 * 1024))
  const abort = new AbortController()
  const reading = (async () => {
    for await (const _ of a.transport.fetchBlob(b.transport.self, blob, abort.signal)) abort.abort(new Error('enough'))
  })()
  await expect(reading).rejects.toThrow('enough')
})

test('who only holds the network key gets no blob', async () => {
  const blob = b.blobs.add(new Uint8Array(1000))
  const node = await createNode({ identity: await createIdentity(), mesh: mesh.mesh, listen: [], mdns: false })
  await node.start()
  const connection = await node.dial(multiaddr(b.address))
  const stream = await connection.newStream(blobProtocol)
  const exchange = new Exchange(stream, { bufferBytesMax: 1024, stallMsMax: 5000 }).begin(forever)
  await exchange.write({ op: 'get', blobs: [blob] })
  expect(await codeOf(exchange.read(BlobReplies))).toBe('interrupted')
  await b.ear.hears('rejected', (t) => t.code === 'not-a-member')
  await node.stop()
})
