import { expect, test } from 'vitest'
import { PeerBlobs } from '../src/index.ts'
import { MemoryBlobs, refOf } from './memory-blobs.ts'
import { MemoryHub } from './memory-hub.ts'
import { KeyTable } from './toy-credentials.ts'

const events = {
  connected() {},
  disconnected() {},
  frame() {},
  gossip() {},
  rejected() {},
  removed() {},
  transferred() {},
}
const signal = new AbortController().signal
const sizeBytesMax = 1000

async function* bytes(text: string) {
  yield Buffer.from(text)
}

async function text(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const parts: Uint8Array[] = []
  for await (const part of stream) parts.push(part)
  return Buffer.concat(parts).toString()
}

/** Connected peers, each with blobs of its own; the first is the one under test. */
async function peers(...names: string[]) {
  const hub = new MemoryHub()
  const keys = new KeyTable()
  const made = names.map((name) => {
    const blobs = new MemoryBlobs()
    return { name, blobs, transport: hub.transport(keys.member(name), blobs) }
  })
  for (const { transport } of made) await transport.start(events)
  const [first, ...others] = made
  for (const { name } of others) await first!.transport.dial([`/memory/p2p/${name}`])
  const skipped: string[] = []
  const access = new PeerBlobs({
    blobs: first!.blobs,
    transport: first!.transport,
    onSkipped: (peer) => skipped.push(peer),
  })
  return { access, skipped, blobs: made.map((m) => m.blobs) }
}

test('a blob that is here is read here', async () => {
  const { access, blobs } = await peers('a')
  const ref = await blobs[0]!.put(bytes('hello'), { sizeBytesMax })
  expect(await text(access.read(ref, [], signal))).toBe('hello')
})

test('one that is not here comes from the first peer that has it whole, and stays', async () => {
  const { access, blobs, skipped } = await peers('a', 'b', 'c', 'd')
  const ref = refOf('hello')
  blobs[2]!.plant(ref.hash, 'something else')
  await blobs[3]!.put(bytes('hello'), { sizeBytesMax })
  expect(await text(access.read(ref, ['a', 'gone', 'b', 'c', 'd'], signal))).toBe('hello')
  expect(skipped).toEqual(['gone', 'b', 'c'])
  expect(await blobs[0]!.has(ref.hash)).toBe(true)
})

test('a blob that nobody gives is missing, and the error names who was asked', async () => {
  const { access } = await peers('a', 'b')
  const ref = refOf('hello')
  await expect(text(access.read(ref, ['b'], signal))).rejects.toMatchObject({
    code: 'blob-missing',
    message: expect.stringContaining('b: '),
  })
  await expect(text(access.read(ref, ['a'], signal))).rejects.toMatchObject({ code: 'blob-missing' })
})

test('many readers at once fetch it once', async () => {
  const { access, blobs } = await peers('a', 'b')
  const ref = await blobs[1]!.put(bytes('hello'), { sizeBytesMax })
  const readers = Array.from({ length: 20 }, () => text(access.read(ref, ['b'], signal)))
  expect(new Set(await Promise.all(readers))).toEqual(new Set(['hello']))
  expect(blobs[0]!.puts).toBe(1)
})

test('a reader goes on when the one that was fetching gives up', async () => {
  const { access, blobs } = await peers('a', 'b')
  const ref = await blobs[1]!.put(bytes('hello'), { sizeBytesMax })
  const abort = new AbortController()
  const first = text(access.read(ref, ['b'], abort.signal))
  const second = text(access.read(ref, ['b'], signal))
  abort.abort()
  await expect(first).rejects.toThrow()
  expect(await second).toBe('hello')
})

test('a full disk here is not held against the other peers', async () => {
  const { access, blobs, skipped } = await peers('a', 'b', 'c')
  const ref = await blobs[1]!.put(bytes('hello'), { sizeBytesMax })
  blobs[0]!.full = true
  await expect(text(access.read(ref, ['b', 'c'], signal))).rejects.toMatchObject({ code: 'disk-full' })
  expect(skipped).toEqual([])
})

test('what is written is here and on the copies before it resolves; one that cannot be made is skipped', async () => {
  const { access, blobs, skipped } = await peers('a', 'b', 'c')
  const ref = await access.write(bytes('hello'), ['a', 'b', 'gone', 'c'], sizeBytesMax, signal)
  expect(ref).toEqual(refOf('hello'))
  expect(await Promise.all(blobs.map((b) => b.has(ref.hash)))).toEqual([true, true, true])
  expect(skipped).toEqual(['gone'])
})

test('what is over its limit is refused', async () => {
  const { access } = await peers('a')
  await expect(access.write(bytes('hello'), [], 4, signal)).rejects.toMatchObject({ code: 'blob-too-large' })
})
