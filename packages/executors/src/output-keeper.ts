import { createReadStream, createWriteStream, type WriteStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import type { BlobAccess } from '@souk/runtime'
import { type Body, limits, type PeerId } from '@souk/wire'

/** Unwritten bytes of one stream above which its source should pause. */
const backlogBytesMax = 4 * 1024 * 1024

/** One stream of a run's output: in memory while it fits into a record, then on disk; in the end a `Body`. */
export class OutputKeeper {
  readonly #path: string
  #chunks: Uint8Array[] = []
  #file: WriteStream | undefined
  #error: Error | undefined
  bytes = 0

  /** `path`: where it may spill to */
  constructor(path: string) {
    this.#path = path
  }

  /** False: too much waits for the disk; call again only after `drained`. What comes nevertheless is kept too. */
  append(data: Uint8Array): boolean {
    this.bytes += data.byteLength
    if (!this.#file && this.bytes <= limits.inlineBytesMax) {
      this.#chunks.push(data)
      return true
    }
    if (this.#error) return true
    if (!this.#file) {
      this.#file = createWriteStream(this.#path, { mode: 0o600 })
      this.#file.on('error', (error) => {
        this.#error = error
      })
      for (const chunk of this.#chunks) this.#file.write(chunk)
    }
    this.#file.write(data)
    return this.#file.writableLength <= backlogBytesMax
  }

  /** Calls back once when the disk has caught up, or failed. */
  drained(callback: () => void): void {
    const file = this.#file!
    const once = () => {
      file.off('drain', once)
      file.off('error', once)
      callback()
    }
    file.on('drain', once)
    file.on('error', once)
  }

  /**
   * The whole as it goes into a result. Rejects when it could not be kept, here or in the blob store; then `head` is
   * what is left of it.
   */
  async body(blobs: BlobAccess, copies: PeerId[], signal: AbortSignal): Promise<Body> {
    if (!this.#file) return concat(this.#chunks)
    this.#file.end()
    await finished(this.#file)
    if (this.#error) throw this.#error
    return await blobs.write(createReadStream(this.#path), copies, this.bytes, signal)
  }

  /** At most the inline limit of it. */
  head(): Uint8Array {
    return concat(this.#chunks)
  }

  /** Frees the disk. Never throws. */
  async discard(): Promise<void> {
    if (!this.#file) return
    this.#file.destroy()
    await rm(this.#path, { force: true }).catch(() => {})
  }
}

function concat(chunks: Uint8Array[]): Uint8Array {
  // Never a Buffer: a result is plain data that is compared, cloned and encoded.
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0))
  let at = 0
  for (const chunk of chunks) {
    whole.set(chunk, at)
    at += chunk.byteLength
  }
  return whole
}
