import { createHash } from 'node:crypto'
import type { CollectableBlobs, RecordStore } from '@souk/runtime'
import { describe, expect, onTestFinished, test } from 'vitest'

/** A place where records are kept; `open` begins the next life of what was kept there, after the last was closed. */
export interface RecordPlace {
  open(): Promise<RecordStore>
  remove(): void
}

/** A new and empty store of blobs. */
export interface BlobPlace {
  blobs: CollectableBlobs
  remove(): void
}

/** What every store of records must do for the driver. Written against the port; knows no implementation. */
export function recordsSuite(name: string, makePlace: () => RecordPlace): void {
  const place = () => {
    const made = makePlace()
    onTestFinished(() => made.remove())
    let open: RecordStore | undefined
    onTestFinished(async () => open?.close())
    return async (): Promise<RecordStore> => {
      await open?.close()
      open = await made.open()
      return open
    }
  }
  const keysOf = (records: RecordStore, prefix: string) =>
    records
      .entries(prefix)
      .map(({ key }) => key)
      .sort()

  describe(`records: ${name}`, () => {
    test('what was written is read, now and in a later life, as it was', async () => {
      const next = place()
      const value = { text: 'é', bytes: new Uint8Array([0, 255]), list: [1, 2.5, -3, null, true], nested: { deep: {} } }
      const isThere = (records: RecordStore) => {
        expect(records.get('task/a')).toEqual(value)
        expect(records.entries('task/')).toEqual([{ key: 'task/a', value }])
      }
      const records = await next()
      await records.write([{ key: 'task/a', value }])
      isThere(records)
      isThere(await next())
    })

    test('a key without a record gives nothing', async () => {
      const records = await place()()
      expect(records.get('task/none')).toBeUndefined()
      expect(records.entries('')).toEqual([])
      await records.write([{ key: 'task/none', value: undefined }])
      expect(records.entries('')).toEqual([])
    })

    test('a later write replaces, an undefined one removes, for good', async () => {
      const next = place()
      const records = await next()
      await records.write([
        { key: 'kept', value: 1 },
        { key: 'removed', value: 1 },
      ])
      await records.write([
        { key: 'kept', value: 2 },
        { key: 'removed', value: undefined },
      ])
      expect(records.entries('')).toEqual([{ key: 'kept', value: 2 }])
      expect((await next()).entries('')).toEqual([{ key: 'kept', value: 2 }])
    })

    test('the last write of a key wins, within a batch and among batches under way', async () => {
      const records = await place()()
      const first = records.write([
        { key: 'a', value: 1 },
        { key: 'a', value: 2 },
        { key: 'b', value: 1 },
      ])
      const second = records.write([
        { key: 'b', value: undefined },
        { key: 'b', value: 3 },
      ])
      await Promise.all([first, second])
      expect([records.get('a'), records.get('b')]).toEqual([2, 3])
    })

    test('a prefix finds all that begins with it and no neighbour', async () => {
      const records = await place()()
      const keys = ['task', 'task.', 'task/', 'task/a', 'task/\u{1f600}', 'task0', 'tasl', 'z']
      await records.write(keys.map((key) => ({ key, value: key })))
      expect(keysOf(records, 'task/')).toEqual(['task/', 'task/a', 'task/\u{1f600}'])
      expect(keysOf(records, '')).toHaveLength(keys.length)
    })

    test('an empty batch is written at once, a large one whole', async () => {
      const records = await place()()
      await records.write([])
      await records.write(Array.from({ length: 2000 }, (_, i) => ({ key: `n/${i}`, value: { i } })))
      expect(records.entries('n/')).toHaveLength(2000)
      expect(records.get('n/1999')).toEqual({ i: 1999 })
    })
  })
}

const sizeBytesMax = 1_000_000

/** What every store of blobs must do. */
export function blobsSuite(name: string, makePlace: () => BlobPlace): void {
  const store = (): CollectableBlobs => {
    const { blobs, remove } = makePlace()
    onTestFinished(remove)
    return blobs
  }

  describe(`blobs: ${name}`, () => {
    test('what was put is named by its hash and read back, in whatever pieces it came', async () => {
      const blobs = store()
      const data = Buffer.alloc(300_001, 'pieces')
      const ref = await blobs.put(pieces(data, 70_000), { sizeBytesMax })
      expect(ref).toEqual(refOf(data))
      expect(await blobs.has(ref.hash)).toBe(true)
      expect(await gather(blobs.get(ref.hash))).toEqual(data)
      expect(await gather(blobs.get(ref.hash))).toEqual(data)
    })

    test('an empty blob, and one as large as is allowed, are kept', async () => {
      const blobs = store()
      for (const data of [Buffer.alloc(0), Buffer.alloc(1000, 'x')]) {
        const ref = await blobs.put(pieces(data), { sizeBytesMax: data.length, expected: refOf(data) })
        expect(await gather(blobs.get(ref.hash))).toEqual(data)
      }
    })

    test('the same content put twice at once is one blob', async () => {
      const blobs = store()
      const put = () => blobs.put(pieces(Buffer.from('same')), { sizeBytesMax })
      const [first, second] = await Promise.all([put(), put()])
      expect(first).toEqual(second)
      await blobs.remove(first.hash)
      expect(await blobs.has(first.hash)).toBe(false)
    })

    test('other content than was expected, and too much of it, are refused and not kept', async () => {
      const blobs = store()
      const data = Buffer.from('not this')
      const expected = refOf(Buffer.from('but this'))
      const mismatch = blobs.put(pieces(data), { sizeBytesMax, expected })
      await expect(mismatch).rejects.toMatchObject({ code: 'blob-mismatch' })
      const large = blobs.put(pieces(data), { sizeBytesMax: data.length - 1 })
      await expect(large).rejects.toMatchObject({ code: 'blob-too-large' })
      for (const { hash } of [expected, refOf(data)]) expect(await blobs.has(hash)).toBe(false)
    })

    test('a stream that breaks fails the put with its own error and leaves nothing', async () => {
      const blobs = store()
      const broken = new Error('the sender is gone')
      const put = blobs.put(breaking(Buffer.from('half'), broken), { sizeBytesMax })
      await expect(put).rejects.toBe(broken)
      expect(await blobs.has(refOf(Buffer.from('half')).hash)).toBe(false)
    })

    test('what is not kept, or not any more, is missing on first read; removing it again is nothing', async () => {
      const blobs = store()
      const { hash } = await blobs.put(pieces(Buffer.from('short-lived')), { sizeBytesMax })
      await blobs.remove(hash)
      await blobs.remove(hash)
      // From other peers anything may come as a hash.
      for (const missing of [hash, refOf(Buffer.from('never')).hash, '../../etc/passwd', '']) {
        expect(await blobs.has(missing)).toBe(false)
        await expect(gather(blobs.get(missing))).rejects.toMatchObject({ code: 'blob-missing' })
      }
    })

    test('what is kept is listed in pages, in the order of its hashes, with size and time of use', async () => {
      const blobs = store()
      const data = Array.from({ length: 7 }, (_, i) => Buffer.alloc(i + 1, 'list'))
      const begin = Date.now()
      for (const one of data) await blobs.put(pieces(one), { sizeBytesMax })
      const seen = []
      for (let after = ''; ; after = seen.at(-1)!.hash) {
        const page = await blobs.list(after, 3)
        expect(page.length).toBeLessThanOrEqual(3)
        if (page.length === 0) break
        seen.push(...page)
      }
      const expected = data.map(refOf).sort((a, b) => (a.hash < b.hash ? -1 : 1))
      expect(seen.map(({ hash, sizeBytes }) => ({ hash, sizeBytes }))).toEqual(expected)
      for (const { usedWallMs } of seen) expect(usedWallMs).toBeGreaterThan(begin - 60_000)
    })

    test('a collection removes what is old and not needed, and nothing else', async () => {
      const blobs = store()
      const [needed, unneeded] = [Buffer.from('needed'), Buffer.from('unneeded')]
      for (const data of [needed, unneeded]) await blobs.put(pieces(data), { sizeBytesMax })
      const isNeeded = (hash: string) => hash === refOf(needed).hash
      const { signal } = new AbortController()
      expect(await blobs.collect(isNeeded, 3_600_000, signal)).toEqual({ blobs: 0, bytes: 0, kept: 2 })
      expect(await blobs.collect(isNeeded, 0, signal)).toEqual({ blobs: 1, bytes: unneeded.length, kept: 1 })
      expect(await blobs.has(refOf(unneeded).hash)).toBe(false)
      expect(await gather(blobs.get(refOf(needed).hash))).toEqual(needed)
      await blobs.put(pieces(unneeded), { sizeBytesMax })
      expect(await gather(blobs.get(refOf(unneeded).hash))).toEqual(unneeded)
    })

    test('a collection that is aborted ends, and has removed nothing since', async () => {
      const blobs = store()
      await blobs.put(pieces(Buffer.from('stays')), { sizeBytesMax })
      const aborted = blobs.collect(() => false, 0, AbortSignal.abort(new Error('enough')))
      await expect(aborted).rejects.toThrow('enough')
      expect(await blobs.list()).toHaveLength(1)
    })

    test('a read that has begun goes on although its blob is collected', async () => {
      const blobs = store()
      const data = Buffer.alloc(300_000, 'read')
      const { hash } = await blobs.put(pieces(data), { sizeBytesMax })
      const reading = blobs.get(hash)[Symbol.asyncIterator]()
      const first = await reading.next()
      expect(await blobs.collect(() => false, 0, new AbortController().signal)).toMatchObject({ blobs: 1 })
      const rest = await gather({ [Symbol.asyncIterator]: () => reading })
      expect(Buffer.concat([first.value as Uint8Array, rest])).toEqual(data)
    })
  })
}

function refOf(data: Uint8Array): { hash: string; sizeBytes: number } {
  return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: data.byteLength }
}

async function* pieces(data: Uint8Array, pieceBytes = 65_536): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.byteLength; at += pieceBytes) yield data.subarray(at, at + pieceBytes)
}

async function* breaking(data: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield data
  throw error
}

async function gather(data: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of data) parts.push(part)
  return Buffer.concat(parts)
}
