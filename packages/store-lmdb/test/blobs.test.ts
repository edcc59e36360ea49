import { createHash } from 'node:crypto'
import { appendFileSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { FileBlobs } from '../src/index.ts'
import { chunks, dataFolder, text } from './folder.ts'

const sizeBytesMax = 1000
const sha256 = (data: string) => createHash('sha256').update(data).digest('hex')
const pathOf = (folder: string, hash: string) => join(folder, 'blobs', hash.slice(0, 2), hash)
const leftovers = (folder: string) => readdirSync(join(folder, 'blobs', 'incoming'))

test('a blob is named by its hash and comes back whole, also in a later life', async () => {
  const folder = dataFolder()
  const ref = await new FileBlobs({ folder }).put(chunks('hello ', 'world'), { sizeBytesMax })
  expect(ref).toEqual({ hash: sha256('hello world'), sizeBytes: 11 })

  const blobs = new FileBlobs({ folder })
  expect(await blobs.has(ref.hash)).toBe(true)
  expect(await text(blobs.get(ref.hash))).toBe('hello world')
  expect(await blobs.usedBytes()).toBe(11)
  expect(readdirSync(join(folder, 'blobs', ref.hash.slice(0, 2)))).toEqual([ref.hash])
})

test('the same content twice is one blob, also at the same time', async () => {
  const blobs = new FileBlobs({ folder: dataFolder() })
  const put = () => blobs.put(chunks('same'), { sizeBytesMax })
  const [a, b] = await Promise.all([put(), put()])
  expect(a).toEqual(b)
  expect(await blobs.usedBytes()).toBe(4)
})

test('an empty blob is a blob', async () => {
  const blobs = new FileBlobs({ folder: dataFolder() })
  const ref = await blobs.put(chunks(), { sizeBytesMax })
  expect(ref).toEqual({ hash: sha256(''), sizeBytes: 0 })
  expect(await text(blobs.get(ref.hash))).toBe('')
})

test('content that is not what was expected is refused and not kept', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const expected = { hash: sha256('right'), sizeBytes: 5 }
  await expect(blobs.put(chunks('wrong'), { sizeBytesMax, expected })).rejects.toMatchObject({ code: 'blob-mismatch' })
  expect(await blobs.has(expected.hash)).toBe(false)
  expect(await blobs.has(sha256('wrong'))).toBe(false)
  expect(leftovers(folder)).toEqual([])
  expect(await blobs.put(chunks('right'), { sizeBytesMax, expected })).toEqual(expected)
})

test('a blob over its limit is refused while it comes in', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  let sent = 0
  async function* endless() {
    for (;;) {
      sent += 100
      yield Buffer.alloc(100)
    }
  }
  await expect(blobs.put(endless(), { sizeBytesMax })).rejects.toMatchObject({ code: 'blob-too-large' })
  expect(sent).toBe(1100)
  expect(leftovers(folder)).toEqual([])
  expect(await blobs.usedBytes()).toBe(0)
})

test('what fails in the stream that is read is passed on as it is', async () => {
  const blobs = new FileBlobs({ folder: dataFolder() })
  const broken = Object.assign(new Error('gone'), { code: 'ENOENT', syscall: 'open' })
  async function* failing(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('a')
    throw broken
  }
  await expect(blobs.put(failing(), { sizeBytesMax })).rejects.toBe(broken)
})

test('a blob that is not here is missing on first read, whatever it is called', async () => {
  const blobs = new FileBlobs({ folder: dataFolder() })
  for (const hash of [sha256('nothing'), '../../etc/passwd', '']) {
    expect(await blobs.has(hash)).toBe(false)
    await expect(text(blobs.get(hash))).rejects.toMatchObject({ code: 'blob-missing' })
  }
})

test('a blob whose file has changed fails at the end of the read', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const { hash } = await blobs.put(chunks('hello'), { sizeBytesMax })
  appendFileSync(join(folder, 'blobs', hash.slice(0, 2), hash), '!')
  await expect(text(blobs.get(hash))).rejects.toMatchObject({ code: 'blob-damaged' })
})

test('a blob whose file has changed is missing from then on, so that it can be put again', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const { hash } = await blobs.put(chunks('hello'), { sizeBytesMax })
  appendFileSync(pathOf(folder, hash), '!')
  await expect(text(blobs.get(hash))).rejects.toMatchObject({ code: 'blob-damaged' })
  expect(await blobs.has(hash)).toBe(false)
  expect(readdirSync(join(folder, 'blobs', 'damaged'))).toEqual([hash])
  await blobs.put(chunks('hello'), { sizeBytesMax })
  expect(await text(blobs.get(hash))).toBe('hello')
})

const hourMs = 3_600_000
/** As if it was last used so long ago. */
const age = (folder: string, hash: string, ms: number) => {
  const then = new Date(Date.now() - ms)
  utimesSync(pathOf(folder, hash), then, then)
}
const { signal } = new AbortController()

test.each([
  ['put again', async (blobs: FileBlobs) => void (await blobs.put(chunks('old'), { sizeBytesMax }))],
  ['read', async (blobs: FileBlobs) => void (await text(blobs.get(sha256('old'))))],
])('an old blob that is %s is young again', async (_, use) => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const { hash } = await blobs.put(chunks('old'), { sizeBytesMax })
  age(folder, hash, 2 * hourMs)
  await use(blobs)
  expect(await blobs.collect(() => false, hourMs, signal)).toMatchObject({ blobs: 0, kept: 1 })
  age(folder, hash, 2 * hourMs)
  expect(await blobs.collect(() => false, hourMs, signal)).toMatchObject({ blobs: 1, bytes: 3 })
  expect(await blobs.usedBytes()).toBe(0)
})

test('what is put while it is collected is there in the end', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const put = () => blobs.put(chunks('again'), { sizeBytesMax })
  for (let i = 0; i < 50; i++) {
    const { hash } = await put()
    age(folder, hash, 2 * hourMs)
    await Promise.all([blobs.collect(() => false, hourMs, signal), put(), blobs.collect(() => false, hourMs, signal)])
    expect(await text(blobs.get(hash))).toBe('again')
    expect(await blobs.usedBytes()).toBe(5)
  }
})

test('a blob of a time that is still to come is not young for ever', async () => {
  const folder = dataFolder()
  const blobs = new FileBlobs({ folder })
  const { hash } = await blobs.put(chunks('ahead'), { sizeBytesMax })
  age(folder, hash, -365 * 24 * hourMs)
  expect(await blobs.collect(() => false, hourMs, signal)).toMatchObject({ kept: 1 })
  expect((await blobs.list())[0]!.usedWallMs).toBeLessThan(Date.now() + hourMs)
})

test('over the limit of all blobs together a put is refused; removing makes room', async () => {
  const blobs = new FileBlobs({ folder: dataFolder(), blobBytesMax: 10 })
  const first = await blobs.put(chunks('12345678'), { sizeBytesMax })
  await expect(blobs.put(chunks('abc'), { sizeBytesMax })).rejects.toMatchObject({ code: 'disk-full' })
  expect(await blobs.usedBytes()).toBe(8)
  await blobs.remove(first.hash)
  await blobs.remove(first.hash)
  expect(await blobs.usedBytes()).toBe(0)
  await blobs.put(chunks('abc'), { sizeBytesMax })
})

test('what an earlier life had not finished is dropped at the next start', async () => {
  const folder = dataFolder()
  mkdirSync(join(folder, 'blobs', 'incoming'), { recursive: true })
  writeFileSync(join(folder, 'blobs', 'incoming', 'half'), 'half a blob')
  const blobs = new FileBlobs({ folder })
  expect(await blobs.usedBytes()).toBe(0)
  expect(leftovers(folder)).toEqual([])
})
