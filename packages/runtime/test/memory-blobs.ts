import { createHash } from 'node:crypto'
import type { BlobRef } from '@souk/wire'
import { type BlobInfo, CodedError, type CollectableBlobs, type Collected } from '../src/index.ts'

export function refOf(data: string): BlobRef {
  return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: Buffer.byteLength(data) }
}

export class MemoryBlobs implements CollectableBlobs {
  readonly #blobs = new Map<string, Uint8Array>()
  readonly #used = new Map<string, number>()
  puts = 0
  full = false

  async has(hash: string): Promise<boolean> {
    return this.#blobs.has(hash)
  }

  async put(data: AsyncIterable<Uint8Array>, options: { sizeBytesMax: number; expected?: BlobRef }): Promise<BlobRef> {
    this.puts++
    const parts: Uint8Array[] = []
    for await (const part of data) parts.push(part)
    if (this.full) throw new CodedError('disk-full', 'no room')
    const all = Buffer.concat(parts)
    if (all.length > options.sizeBytesMax) throw new CodedError('blob-too-large', 'too large')
    const ref = { hash: createHash('sha256').update(all).digest('hex'), sizeBytes: all.length }
    if (options.expected && options.expected.hash !== ref.hash) throw new CodedError('blob-mismatch', 'another blob')
    this.#blobs.set(ref.hash, all)
    this.#used.set(ref.hash, Date.now())
    return ref
  }

  async *get(hash: string): AsyncGenerator<Uint8Array> {
    const data = this.#blobs.get(hash)
    if (!data) throw new CodedError('blob-missing', 'not here')
    this.#used.set(hash, Date.now())
    yield data
  }

  async remove(hash: string): Promise<void> {
    this.#blobs.delete(hash)
  }

  async list(after = '', countMax = 1024): Promise<BlobInfo[]> {
    const hashes = [...this.#blobs.keys()].filter((hash) => hash > after).sort()
    return hashes.slice(0, countMax).map((hash) => ({
      hash,
      sizeBytes: this.#blobs.get(hash)!.byteLength,
      usedWallMs: this.#used.get(hash) ?? 0,
    }))
  }

  async collect(isNeeded: (hash: string) => boolean, olderThanMs: number, signal: AbortSignal): Promise<Collected> {
    const collected = { blobs: 0, bytes: 0, kept: 0 }
    for (const { hash, sizeBytes, usedWallMs } of await this.list('', Number.POSITIVE_INFINITY)) {
      signal.throwIfAborted()
      if (Date.now() - usedWallMs < olderThanMs || isNeeded(hash)) {
        collected.kept++
        continue
      }
      this.#blobs.delete(hash)
      collected.blobs++
      collected.bytes += sizeBytes
    }
    return collected
  }

  /** Keeps content under a hash that is not its own. */
  plant(hash: string, data: string): void {
    this.#blobs.set(hash, Buffer.from(data))
  }
}
