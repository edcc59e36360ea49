import { createHash } from 'node:crypto'
import type { BlobRef } from '@souk/wire'
import { type BlobStore, CodedError } from '../src/index.ts'

export function refOf(data: string): BlobRef {
  return { hash: createHash('sha256').update(data).digest('hex'), sizeBytes: Buffer.byteLength(data) }
}

export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>()
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
    return ref
  }

  async *get(hash: string): AsyncGenerator<Uint8Array> {
    const data = this.#blobs.get(hash)
    if (!data) throw new CodedError('blob-missing', 'not here')
    yield data
  }

  async remove(hash: string): Promise<void> {
    this.#blobs.delete(hash)
  }

  /** Keeps content under a hash that is not its own. */
  plant(hash: string, data: string): void {
    this.#blobs.set(hash, Buffer.from(data))
  }
}
