import { createHash } from 'node:crypto'
import type { BlobStore, Credentials, Transport } from '@souk/runtime'
import { type Advert, type BlobRef, type Frame, type Message, type PeerId, signableCertificate } from '@souk/wire'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Ear } from './ear.ts'

/** One peer on the network under test, its transport started with `ear`. */
export interface Subject {
  transport: Transport
  credentials: Credentials
  blobs: BlobStore
  ear: Ear
}

/** A network under test; `stop` ends all of its peers. */
export interface Network {
  peer(): Promise<Subject>
  stop(): Promise<void>
}

const signal = new AbortController().signal
const load = { seq: 7, waiting: 3, freeSlots: 2, running: 1, draining: false, saidMs: 12_345 }
const ping = (nonce: number): Message => ({ t: 'ping', nonce, updates: [] })
const frame = (...messages: Message[]): Frame => ({ incarnation: 1, load, messages })

/** What every transport must do for the driver. Written against the port; knows no implementation. */
export function transportSuite(name: string, makeNetwork: () => Promise<Network>): void {
  const network = async () => {
    const made = await makeNetwork()
    onTestFinished(() => made.stop())
    return made
  }

  const pair = async () => {
    const made = await network()
    const [a, b] = [await made.peer(), await made.peer()]
    await connect(a, b)
    return { network: made, a, b }
  }

  describe(`transport: ${name}`, () => {
    test('dialing tells both sides who the other is', async () => {
      const { a, b } = await pair()
      for (const [here, there] of [
        [a, b],
        [b, a],
      ] as const) {
        expect(here.ear.all('connected')).toHaveLength(1)
        const { peer, certificate, incarnation, proof } = here.ear.all('connected')[0]!
        expect([peer, incarnation]).toEqual([there.transport.self, 1])
        expect(await here.credentials.checkLife(peer, incarnation, proof)).toBeUndefined()
        expect(signableCertificate(certificate)).toEqual(signableCertificate(there.credentials.certificate))
        expect(Buffer.compare(certificate.signature, there.credentials.certificate.signature)).toBe(0)
      }
    })

    test('dialing again, from either side, stays one connection', async () => {
      const { a, b } = await pair()
      await a.transport.dial(b.transport.addresses(), signal)
      await b.transport.dial(a.transport.addresses(), signal)
      expect(a.transport.send(b.transport.self, frame(ping(1)))).toBe(true)
      expect(b.transport.send(a.transport.self, frame(ping(2)))).toBe(true)
      expect(await b.ear.messages(1)).toEqual([ping(1)])
      expect(await a.ear.messages(1)).toEqual([ping(2)])
      expect([a, b].map((peer) => peer.ear.all('connected').length)).toEqual([1, 1])
    })

    test('dialing where nobody is rejects with a code', async () => {
      const made = await network()
      const [a, b] = [await made.peer(), await made.peer()]
      const addresses = b.transport.addresses()
      await b.transport.stop()
      await expect(a.transport.dial(addresses, signal)).rejects.toMatchObject({ code: expect.any(String) })
    })

    test('frames arrive whole and in order, both ways at once', async () => {
      const { a, b } = await pair()
      const count = 500
      for (let i = 0; i < count; i++) {
        expect(a.transport.send(b.transport.self, frame(ping(i)))).toBe(true)
        expect(b.transport.send(a.transport.self, frame(ping(count + i)))).toBe(true)
      }
      expect(await b.ear.messages(count)).toEqual(Array.from({ length: count }, (_, i) => ping(i)))
      expect(await a.ear.messages(count)).toEqual(Array.from({ length: count }, (_, i) => ping(count + i)))
      expect(b.ear.all('frame')[0]).toEqual({ kind: 'frame', peer: a.transport.self, frame: frame(ping(0)) })
    })

    test('a frame over the size limit comes in pieces, its messages in order', async () => {
      const { a, b } = await pair()
      const members = Array.from({ length: 600 }, (_, i) => `${i}`.padEnd(96, 'x'))
      const sync = (seq: number): Message => ({ t: 'sync', have: members.map((id) => [id, 1, seq]), reply: false })
      const sent = Array.from({ length: 30 }, (_, i) => sync(i))
      expect(a.transport.send(b.transport.self, frame(...sent))).toBe(true)
      expect(await b.ear.messages(30)).toEqual(sent)
    })

    test('sending to a peer that is not connected says so', async () => {
      const made = await network()
      const [a, b] = [await made.peer(), await made.peer()]
      expect(a.transport.send(b.transport.self, frame(ping(1)))).toBe(false)
    })

    test('a peer that stops is gone for the others, and cannot be sent to', async () => {
      const { a, b } = await pair()
      await b.transport.stop()
      expect(await a.ear.count('disconnected', 1)).toMatchObject([{ peer: b.transport.self }])
      expect(a.transport.send(b.transport.self, frame(ping(1)))).toBe(false)
    })

    test('what was sent before stopping arrives', async () => {
      const { a, b } = await pair()
      a.transport.send(b.transport.self, frame({ t: 'leave', incarnation: 1 }))
      await a.transport.stop()
      expect(await b.ear.messages(1)).toEqual([{ t: 'leave', incarnation: 1 }])
    })

    test('gossip reaches a connected peer in the end', async () => {
      const { a, b } = await pair()
      const advert = a.credentials.sign(advertOf(a.credentials))
      let arrived = false
      const heard = b.ear.count('gossip', 1).then((all) => {
        arrived = true
        return all
      })
      // Gossip is lossy: until its mesh stands it drops what is published.
      for (let seq = 1; !arrived; seq++) {
        a.transport.publish(a.credentials.sign({ ...advert, seq }))
        await Promise.race([heard, new Promise((resolve) => setTimeout(resolve, 100))])
      }
      const [first] = await heard
      expect(first?.advert.peer).toBe(a.transport.self)
      expect(await b.credentials.checkAdvert(first!.advert)).toBeUndefined()
    })

    test('a blob is fetched from a member that has it', async () => {
      const { a, b } = await pair()
      const data = Buffer.alloc(300_000, 'blob')
      const blob = await b.blobs.put(once(data), { sizeBytesMax: data.length })
      expect(await gather(a.transport.fetchBlob(b.transport.self, blob, signal))).toEqual(data)
    })

    test('a blob that a member does not have is missing, and so is one of nobody', async () => {
      const { a, b } = await pair()
      const blob = refOf(Buffer.from('nowhere'))
      for (const peer of [b.transport.self, 'nobody' as PeerId]) {
        await expect(gather(a.transport.fetchBlob(peer, blob, signal))).rejects.toMatchObject({
          code: expect.stringMatching(/^(blob-missing|not-connected)$/),
        })
      }
    })

    test('a blob that is pushed is kept by the other', async () => {
      const { a, b } = await pair()
      const data = Buffer.alloc(300_000, 'push')
      const blob = refOf(data)
      await a.transport.pushBlob(b.transport.self, blob, once(data), signal)
      expect(await gather(b.blobs.get(blob.hash))).toEqual(data)
    })

    test('many small blobs at once are kept by the other, and fetched back, each on its own', async () => {
      const { a, b } = await pair()
      const all = Array.from({ length: 150 }, (_, i) => Buffer.from(`blob ${i} `.repeat(i)))
      await Promise.all(all.map((data) => a.transport.pushBlob(b.transport.self, refOf(data), once(data), signal)))
      const missing = refOf(Buffer.from('nowhere'))
      const [lacking, ...back] = await Promise.allSettled(
        [missing, ...all.map(refOf)].map((blob) => gather(a.transport.fetchBlob(b.transport.self, blob, signal))),
      )
      expect(lacking).toMatchObject({ status: 'rejected', reason: { code: 'blob-missing' } })
      expect(back.map((one) => one.status === 'fulfilled' && Buffer.from(one.value).toString())).toEqual(
        all.map(String),
      )
    })

    test('a pushed blob that is not what its name says is refused and not kept', async () => {
      const { a, b } = await pair()
      const blob = refOf(Buffer.from('right'))
      await expect(a.transport.pushBlob(b.transport.self, blob, once(Buffer.from('wrong')), signal)).rejects.toThrow()
      expect(await b.blobs.has(blob.hash)).toBe(false)
    })
  })
}

async function connect(a: Subject, b: Subject): Promise<void> {
  expect(await a.transport.dial(b.transport.addresses(), signal)).toBe(b.transport.self)
  await Promise.all([a.ear.count('connected', 1), b.ear.count('connected', 1)])
}

function advertOf(credentials: Credentials): Advert {
  const { self: peer, certificate } = credentials
  const capacity = { cpuMilli: 1, memoryBytes: 1, diskBytes: 1, networkMbps: 1, slots: 1, gpuMilli: [], custom: {} }
  const shared = {
    labels: {},
    executors: [],
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '',
  }
  const offer = { capacity, ...shared }
  const life = { incarnation: 1, proof: credentials.signLife(1) }
  return { peer, ...life, seq: 1, addresses: [], offer, certificate, signature: new Uint8Array() }
}

function refOf(data: Uint8Array): BlobRef {
  return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: data.byteLength }
}

async function* once(data: Uint8Array): AsyncGenerator<Uint8Array> {
  yield data
}

async function gather(data: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of data) parts.push(part)
  return Buffer.concat(parts)
}
