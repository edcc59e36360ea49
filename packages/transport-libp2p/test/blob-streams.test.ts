import { createHash, randomBytes } from 'node:crypto'
import type { Stream } from '@libp2p/interface'
import type { BlobRef } from '@souk/wire'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { accepted, answer, BlobReplies, BlobRequest, BlobsGiven, refusal } from '../src/blob-messages.ts'
import { Exchange } from '../src/exchange.ts'
import { blobProtocol } from '../src/protocols.ts'
import type { Tuning } from '../src/tuning.ts'
import { codeOf, forever, gather, type Member, once, TestMesh } from './nodes.ts'
import { closed, type RawPeer, rawPeer, welcome } from './raw-peer.ts'

let mesh: TestMesh
let member: Member
let raw: RawPeer
beforeEach(async () => {
  mesh = await TestMesh.create()
  await begin({})
})
afterEach(async () => {
  await raw.node.stop()
  await mesh.close()
})

async function begin(tuning: Partial<Tuning>): Promise<void> {
  member = await mesh.start({ tuning: { blobBatchBytesMax: 64 * 1024, ...tuning } })
  raw = await rawPeer(mesh, member)
  raw.write(await raw.hello())
  raw.write(welcome)
  await member.ear.hears('connected')
}

/** Streams at rest are closed at once. */
async function beginImpatient(): Promise<void> {
  await raw.node.stop()
  await begin({ blobIdleMsMax: 100 })
}

const limits = { bufferBytesMax: 64 * 1024, stallMsMax: 10_000 }

async function ask(): Promise<{ stream: Stream; exchange: Exchange }> {
  const stream = await raw.connection.newStream(blobProtocol)
  return { stream, exchange: new Exchange(stream, limits).begin(forever) }
}

function named(data: Uint8Array): BlobRef {
  return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: data.byteLength }
}

function randomOnes(count: number, sizeBytes = 500): { data: Uint8Array; blob: BlobRef }[] {
  return Array.from({ length: count }, () => {
    const data = new Uint8Array(randomBytes(sizeBytes))
    return { data, blob: named(data) }
  })
}

/** The other peer keeps blobs, by hand, and counts. `misbehave` sees every request before it is answered. */
class Keeper {
  readonly kept = new Map<string, Uint8Array>()
  readonly streams: Stream[] = []
  readonly requests: BlobRequest[] = []
  misbehave: (request: BlobRequest, exchange: Exchange) => Promise<boolean> = async () => false

  async serve(stream: Stream): Promise<void> {
    this.streams.push(stream)
    const exchange = new Exchange(stream, limits).begin(forever)
    while (await exchange.more(10_000)) {
      const request = await exchange.read(BlobRequest)
      this.requests.push(request)
      if (await this.misbehave(request, exchange)) continue
      await exchange.write(answer(request.blobs.map(() => accepted)))
      const { given } = await exchange.read(BlobsGiven)
      const replies = []
      for (const [i, { hash, sizeBytes }] of request.blobs.entries()) {
        const body = given[i] ? await exchange.readSmallBody(sizeBytes) : undefined
        const good = body && named(body).hash === hash
        if (good) this.kept.set(hash, body)
        replies.push(good ? accepted : refusal('blob-mismatch', 'other bytes'))
      }
      await exchange.write(answer(replies))
    }
    await exchange.close()
  }
}

async function keeper(): Promise<Keeper> {
  const it = new Keeper()
  await raw.node.handle(blobProtocol, (stream) => void it.serve(stream).catch(() => {}))
  return it
}

const push = (blob: BlobRef, data: AsyncIterable<Uint8Array>, signal = forever) =>
  member.transport.pushBlob(raw.identity.peer, blob, data, signal)

test('many small blobs share a few requests on a few streams, which are closed when they were idle', async () => {
  await beginImpatient()
  const other = await keeper()
  const ones = randomOnes(300)
  await Promise.all(ones.map(({ blob, data }) => push(blob, once(data))))
  expect(ones.every(({ blob, data }) => Buffer.compare(other.kept.get(blob.hash)!, data) === 0)).toBe(true)
  expect(other.streams.length).toBeLessThanOrEqual(4)
  expect(other.requests.length).toBeLessThan(30)
  await Promise.all(other.streams.map(closed))
  // and it goes on
  const [one] = randomOnes(1)
  await push(one!.blob, once(one!.data))
  expect(other.kept.has(one!.blob.hash)).toBe(true)
})

test('blobs one after another use one stream', async () => {
  const other = await keeper()
  for (const { blob, data } of randomOnes(5)) await push(blob, once(data))
  expect(other.requests.length).toBe(5)
  expect(other.streams.length).toBe(1)
})

test('one bad blob among many fails alone', async () => {
  const other = await keeper()
  const good = randomOnes(20)
  const unread = async function* (): AsyncGenerator<Uint8Array> {
    yield await Promise.reject(new Error('disk broken'))
  }
  const [bad, wrong, short] = randomOnes(3)
  const fate = await Promise.all([
    codeOf(push(bad!.blob, unread())),
    codeOf(push(wrong!.blob, once(new Uint8Array(wrong!.blob.sizeBytes)))),
    codeOf(push(short!.blob, once(short!.data.subarray(1)))),
    ...good.map(({ blob, data }) => codeOf(push(blob, once(data)))),
  ])
  expect(fate.slice(0, 3)).toEqual(['disk broken', 'blob-mismatch', 'blob-mismatch'])
  expect(new Set(fate.slice(3))).toEqual(new Set(['no error']))
  expect(other.requests.some(({ blobs }) => blobs.length > 1)).toBe(true)
})

test('who gives up among many leaves the others alone', async () => {
  const other = await keeper()
  const abort = new AbortController()
  other.misbehave = async () => {
    abort.abort(new Error('enough'))
    return false
  }
  const [left, ...ones] = randomOnes(40)
  const leaving = codeOf(push(left!.blob, once(left!.data), abort.signal))
  await Promise.all(ones.map(({ blob, data }) => push(blob, once(data))))
  expect(await leaving).toBe('enough')
  expect(other.kept.size).toBeGreaterThanOrEqual(ones.length)
})

test('a stream that the other side closed at rest is replaced', async () => {
  const other = await keeper()
  const [first, second] = randomOnes(2)
  await push(first!.blob, once(first!.data))
  other.misbehave = async (_, exchange) => {
    other.misbehave = async () => false
    exchange.abort(new Error('idle'))
    return true
  }
  await push(second!.blob, once(second!.data))
  expect(other.streams.length).toBe(2)
  expect(other.kept.has(second!.blob.hash)).toBe(true)
})

test('another number of replies than of blobs ends the transfer', async () => {
  const other = await keeper()
  other.misbehave = async (_, exchange) => {
    await exchange.write(answer([accepted, accepted]))
    return true
  }
  const [one] = randomOnes(1)
  expect(await codeOf(push(one!.blob, once(one!.data)))).toBe('message-malformed')
})

test('a busy peer is asked again', async () => {
  const other = await keeper()
  let refused = 0
  other.misbehave = async ({ blobs }, exchange) => {
    if (refused++ > 1) return false
    await exchange.write(answer(blobs.map(() => refusal('blob-busy', 'later'))))
    return true
  }
  const [one] = randomOnes(1)
  await push(one!.blob, once(one!.data))
  expect(other.requests.length).toBe(3)
})

test('a request for many is answered one by one, and the stream serves the next', async () => {
  const { exchange } = await ask()
  const ones = randomOnes(3)
  member.blobs.add(ones[0]!.data)
  member.blobs.kept.set(ones[2]!.blob.hash, ones[2]!.data.subarray(1))
  for (let turn = 0; turn < 3; turn++) {
    await exchange.write({ op: 'get', blobs: ones.map(({ blob }) => blob) })
    const { replies } = await exchange.read(BlobReplies)
    expect(replies.map(({ code }) => code)).toEqual(['', 'blob-missing', 'blob-mismatch'])
    expect(Buffer.compare(await exchange.readSmallBody(ones[0]!.blob.sizeBytes), ones[0]!.data)).toBe(0)
  }
})

test('a stream may be used for one request and closed', async () => {
  const { stream, exchange } = await ask()
  const [one] = randomOnes(1)
  await exchange.write({ op: 'push', blobs: [one!.blob] })
  expect((await exchange.read(BlobReplies)).replies).toEqual([accepted])
  await exchange.write({ given: [true] })
  await exchange.writeSmallBodies([one!.data], 100)
  expect((await exchange.read(BlobReplies)).replies).toEqual([accepted])
  await exchange.close()
  await closed(stream)
  expect(member.blobs.kept.has(one!.blob.hash)).toBe(true)
  expect(member.ear.of('rejected')).toEqual([])
})

test('a stream on which nothing is asked is closed', async () => {
  await beginImpatient()
  const { stream } = await ask()
  await closed(stream)
  expect(member.ear.of('rejected')).toEqual([])
})

test('more bytes than a batch may have are refused before they are sent', async () => {
  const { exchange } = await ask()
  await exchange.write({ op: 'push', blobs: randomOnes(2, 40_000).map(({ blob }) => blob) })
  const { replies } = await exchange.read(BlobReplies)
  expect(replies.map(({ code }) => code)).toEqual(['blob-too-large', 'blob-too-large'])
})

test('a body that nobody asked for ends the stream, and is told', async () => {
  const { stream, exchange } = await ask()
  const [one, two] = randomOnes(2)
  member.blobs.add(one!.data)
  await exchange.write({ op: 'push', blobs: [one!.blob, two!.blob] })
  expect((await exchange.read(BlobReplies)).replies.map(({ have }) => have)).toEqual([true, false])
  await exchange.write({ given: [true, true] })
  await member.ear.hears('rejected', (t) => t.code === 'message-malformed' && t.peer === raw.identity.peer)
  await closed(stream)
})

test('too many blobs in a request end the stream, and are told', async () => {
  const { stream, exchange } = await ask()
  await exchange.write({ op: 'get', blobs: randomOnes(65, 1).map(({ blob }) => blob) })
  await member.ear.hears('rejected', (t) => t.code === 'message-malformed')
  await closed(stream)
})

test('a peer that is shut out gets nothing more on a stream that it has', async () => {
  const { stream, exchange } = await ask()
  const blob = member.blobs.add(randomBytes(500))
  await exchange.write({ op: 'get', blobs: [blob] })
  await exchange.read(BlobReplies)
  await exchange.readSmallBody(blob.sizeBytes)
  member.transport.shut(raw.identity.peer, 'certificate-revoked', 'revoked')
  await exchange.write({ op: 'get', blobs: [blob] }).catch(() => {})
  expect(await codeOf(exchange.read(BlobReplies))).toBe('interrupted')
  await closed(stream)
})

test('small blobs are fetched past a large one that stands still', async () => {
  const other = await mesh.start()
  await other.transport.dial([member.address], forever)
  await member.ear.hears('connected', (t) => t.peer === other.transport.self)
  const large = other.blobs.add(new Uint8Array(4 * 1024 * 1024))
  const small = randomOnes(10).map(({ data }) => other.blobs.add(data))
  const standing = []
  for (let i = 0; i < 4; i++) {
    const reading = member.transport.fetchBlob(other.transport.self, large, forever)[Symbol.asyncIterator]()
    // the fourth waits: the last slot is for small ones
    if (i < 3) await reading.next()
    else reading.next().catch(() => {})
    standing.push(reading)
  }
  await Promise.all(small.map((blob) => gather(member.transport.fetchBlob(other.transport.self, blob, forever))))
  await Promise.all(standing.slice(0, 3).map((reading) => reading.return?.()))
})
