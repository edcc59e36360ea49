import { createHash } from 'node:crypto'
import { type BlobStore, CodedError } from '@souk/runtime'

/** Blobs in a map, with the store's own errors. */
export class MemoryBlobs implements BlobStore {
  readonly #blobs = new Map<string, Uint8Array>()
  /** smaller than the API's own, so that tests need not send gigabytes */
  readonly sizeBytesMax: number

  constructor(sizeBytesMax = 1024 * 1024) {
    this.sizeBytesMax = sizeBytesMax
  }

  async has(hash: string): Promise<boolean> {
    return this.#blobs.has(hash)
  }

  async put(data: AsyncIterable<Uint8Array>): Promise<{ hash: string; sizeBytes: number }> {
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of data) {
      size += chunk.byteLength
      if (size > this.sizeBytesMax)
        throw new CodedError('blob-too-large', `the blob is over ${this.sizeBytesMax} bytes`)
      chunks.push(chunk)
    }
    return this.keep(Buffer.concat(chunks))
  }

  keep(bytes: Uint8Array): { hash: string; sizeBytes: number } {
    const hash = createHash('sha256').update(bytes).digest('hex')
    this.#blobs.set(hash, bytes)
    return { hash, sizeBytes: bytes.byteLength }
  }

  async *get(hash: string): AsyncGenerator<Uint8Array> {
    const bytes = this.#blobs.get(hash)
    if (!bytes) throw new CodedError('blob-missing', `blob ${hash} is not here`)
    yield bytes
  }

  async remove(hash: string): Promise<void> {
    this.#blobs.delete(hash)
  }
}
