import { createHash } from 'node:crypto'
import { type BlobAccess, CodedError } from '@souk/runtime'
import type { BlobRef, PeerId } from '@souk/wire'

/** Blobs by content in memory, behind the real port. */
export class MemoryBlobs implements BlobAccess {
  readonly #blobs = new Map<string, Uint8Array>()
  /** who was asked to keep copies at each write */
  readonly copies: PeerId[][] = []

  add(content: string | Uint8Array): BlobRef {
    const data = typeof content === 'string' ? new TextEncoder().encode(content) : content
    const hash = createHash('sha256').update(data).digest('hex')
    this.#blobs.set(hash, data)
    return { hash, sizeBytes: data.byteLength }
  }

  text(blob: BlobRef): string {
    return new TextDecoder().decode(this.#blobs.get(blob.hash))
  }

  async *read(blob: BlobRef, _from: PeerId[], signal: AbortSignal): AsyncIterable<Uint8Array> {
    signal.throwIfAborted()
    const data = this.#blobs.get(blob.hash)
    if (!data) throw new CodedError('blob-missing', `blob ${blob.hash.slice(0, 8)} is nowhere`)
    for (let at = 0; at < data.length; at += 65536) yield data.subarray(at, at + 65536)
  }

  async write(data: AsyncIterable<Uint8Array>, copies: PeerId[], bytesMax: number, signal: AbortSignal) {
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of data) {
      signal.throwIfAborted()
      bytes += chunk.byteLength
      if (bytes > bytesMax) throw new CodedError('blob-too-large', `over ${bytesMax} bytes`)
      chunks.push(chunk)
    }
    this.copies.push(copies)
    return this.add(Buffer.concat(chunks))
  }
}
