import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, link, mkdir, open, readdir, rm, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobStore, CodedError } from '@souk/runtime'
import type { BlobRef } from '@souk/wire'
import { diskError, diskFull } from './disk-error.ts'

export interface FileBlobsOptions {
  /** the data folder; whoever opened its records holds the lock */
  folder: string
  /** what all blobs together may take; over it `put` rejects with `disk-full`. Default: as much as the disk has. */
  blobBytesMax?: number
}

const hashPattern = /^[0-9a-f]{64}$/

/**
 * Content-addressed files: blobs/ab/abcdef…, named by their sha-256. Each is written aside, hashed while it
 * comes in, fsync'ed and then linked under its name: a name that exists is a whole blob. Hashed again on every read.
 */
export class FileBlobs implements BlobStore {
  readonly #root: string
  readonly #aside: string
  readonly #blobBytesMax: number
  #usedBytes = 0
  #ready: Promise<void> | undefined

  constructor(options: FileBlobsOptions) {
    this.#root = join(options.folder, 'blobs')
    this.#aside = join(this.#root, 'incoming')
    this.#blobBytesMax = options.blobBytesMax ?? Number.POSITIVE_INFINITY
  }

  async has(hash: string): Promise<boolean> {
    return (await this.#size(hash)) !== undefined
  }

  /** Bytes that all blobs take now. */
  async usedBytes(): Promise<number> {
    await this.#prepare()
    return this.#usedBytes
  }

  async put(data: AsyncIterable<Uint8Array>, options: { sizeBytesMax: number; expected?: BlobRef }): Promise<BlobRef> {
    await this.#prepare()
    const path = join(this.#aside, randomUUID())
    let reserved = 0
    try {
      const file = await this.#disk(open(path, 'wx', 0o600))
      let ref: BlobRef
      try {
        ref = await this.#receive(file, data, options.sizeBytesMax, (bytes) => {
          reserved += bytes
          this.#reserve(bytes)
        })
        checkExpected(ref, options.expected)
        await this.#disk(file.sync())
      } finally {
        await file.close()
      }
      if (await this.#disk(this.#publish(path, ref))) reserved = 0
      return ref
    } finally {
      this.#usedBytes -= reserved
      await rm(path, { force: true })
    }
  }

  /** Rejects with `blob-missing` on first read, with `blob-damaged` at the end when the bytes are not its hash's. */
  async *get(hash: string): AsyncGenerator<Uint8Array> {
    if ((await this.#size(hash)) === undefined) {
      throw new CodedError('blob-missing', `Blob ${hash} is not kept here.`)
    }
    const digest = createHash('sha256')
    for await (const chunk of createReadStream(this.#path(hash))) {
      digest.update(chunk as Uint8Array)
      yield chunk as Uint8Array
    }
    const found = digest.digest('hex')
    if (found !== hash) {
      throw new CodedError(
        'blob-damaged',
        `The file ${this.#path(hash)} has changed on disk: its sha-256 is ${found}. Remove it; another peer may have the blob.`,
      )
    }
  }

  async remove(hash: string): Promise<void> {
    await this.#prepare()
    const size = await this.#size(hash)
    if (size === undefined) return
    try {
      await unlink(this.#path(hash))
      this.#usedBytes -= size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(error, this.#root)
    }
  }

  async #receive(
    file: FileHandle,
    data: AsyncIterable<Uint8Array>,
    sizeBytesMax: number,
    reserve: (bytes: number) => void,
  ): Promise<BlobRef> {
    const digest = createHash('sha256')
    let sizeBytes = 0
    for await (const chunk of data) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > sizeBytesMax) {
        throw new CodedError(
          'blob-too-large',
          `A blob is over its limit of ${sizeBytesMax} bytes. Send less, or raise the limit.`,
        )
      }
      reserve(chunk.byteLength)
      digest.update(chunk)
      await this.#disk(file.writeFile(chunk))
    }
    return { hash: digest.digest('hex'), sizeBytes }
  }

  /** Gives the finished file its name. False when the blob was here already (a link, unlike a rename, tells). */
  async #publish(path: string, ref: BlobRef): Promise<boolean> {
    const folder = join(this.#root, ref.hash.slice(0, 2))
    const made = await mkdir(folder, { recursive: true, mode: 0o700 })
    try {
      await link(path, this.#path(ref.hash))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false
      throw error
    }
    await syncFolder(folder)
    if (made !== undefined) await syncFolder(this.#root)
    return true
  }

  /** What fails on this disk becomes `disk-full` or `io`; what fails in the stream that is read stays as it is. */
  async #disk<T>(work: Promise<T>): Promise<T> {
    try {
      return await work
    } catch (error) {
      throw diskError(error, this.#root)
    }
  }

  #reserve(bytes: number): void {
    this.#usedBytes += bytes
    if (this.#usedBytes > this.#blobBytesMax) {
      throw diskFull(this.#root, `blobs may take ${this.#blobBytesMax} bytes`)
    }
  }

  #path(hash: string): string {
    return join(this.#root, hash.slice(0, 2), hash)
  }

  async #size(hash: string): Promise<number | undefined> {
    // The hash comes from other peers and becomes a path.
    if (!hashPattern.test(hash)) return undefined
    try {
      return (await stat(this.#path(hash))).size
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw diskError(error, this.#root)
    }
  }

  #prepare(): Promise<void> {
    this.#ready ??= this.#scan().catch((error: unknown) => {
      this.#ready = undefined
      throw diskError(error, this.#root)
    })
    return this.#ready
  }

  /** Drops what an earlier life had not finished, and counts what is kept. */
  async #scan(): Promise<void> {
    await rm(this.#aside, { recursive: true, force: true })
    await mkdir(this.#aside, { recursive: true, mode: 0o700 })
    let used = 0
    for (const folder of await readdir(this.#root)) {
      if (!/^[0-9a-f]{2}$/.test(folder)) continue
      for (const name of await readdir(join(this.#root, folder))) used += (await this.#size(name)) ?? 0
    }
    this.#usedBytes = used
  }
}

function checkExpected(ref: BlobRef, expected: BlobRef | undefined): void {
  if (!expected || (expected.hash === ref.hash && expected.sizeBytes === ref.sizeBytes)) return
  throw new CodedError(
    'blob-mismatch',
    `Expected the blob ${expected.hash} of ${expected.sizeBytes} bytes, got ${ref.hash} of ${ref.sizeBytes} bytes. Ask another peer for it.`,
  )
}

/** A rename is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
