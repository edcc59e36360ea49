import { createHash, randomUUID } from 'node:crypto'
import { type FileHandle, link, mkdir, open, readdir, rename, rm, stat, unlink, utimes } from 'node:fs/promises'
import { join } from 'node:path'
import { type BlobInfo, CodedError, type CollectableBlobs, type Collected } from '@souk/runtime'
import type { BlobRef } from '@souk/wire'
import { isAhead, isOld } from './blob-age.ts'
import { BlobLocks } from './blob-locks.ts'
import { diskError, diskFull } from './disk-error.ts'
import { checkExpected } from './expected-blob.ts'

export interface FileBlobsOptions {
  /** the data folder; whoever opened its records holds the lock */
  folder: string
  /** what all blobs together may take; over it `put` rejects with `disk-full`. Default: as much as the disk has. */
  blobBytesMax?: number
}

const hashPattern = /^[0-9a-f]{64}$/
/** Above this one page of a listing is slow to make, below it a listing has many. */
const listedMax = 1024
/** Reads within this do not write the time of use again; a collector must not be asked for younger blobs than that. */
const usedEveryMs = 1000

/**
 * Content-addressed files: blobs/ab/abcdef…, named by their sha-256. Each is written aside, hashed while it
 * comes in, fsync'ed and then linked under its name: a name that exists is a whole blob. Hashed again on every read; one
 * that does not fit its name is put aside (blobs/damaged), so that it is missing here and fetched from another peer.
 * A file's time of change is when its blob was last put or read.
 */
export class FileBlobs implements CollectableBlobs {
  readonly #root: string
  readonly #aside: string
  readonly #blobBytesMax: number
  readonly #locks = new BlobLocks()
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
      if (await this.#locks.hold(ref.hash, () => this.#disk(this.#publish(path, ref)))) reserved = 0
      return ref
    } finally {
      this.#usedBytes -= reserved
      await rm(path, { force: true })
    }
  }

  /** Rejects with `blob-missing` on first read, with `blob-damaged` at the end when the bytes are not its hash's. */
  async *get(hash: string): AsyncGenerator<Uint8Array> {
    const file = await this.#openBlob(hash)
    const digest = createHash('sha256')
    try {
      for await (const chunk of file.createReadStream({ autoClose: false })) {
        digest.update(chunk as Uint8Array)
        yield chunk as Uint8Array
      }
    } finally {
      await file.close()
    }
    const found = digest.digest('hex')
    if (found !== hash) throw await this.#putAside(hash, found)
  }

  async remove(hash: string): Promise<void> {
    await this.#prepare()
    await this.#locks.hold(hash, async () => void (await this.#unlink(hash)))
  }

  async list(after = '', countMax = listedMax): Promise<BlobInfo[]> {
    await this.#prepare()
    const infos: BlobInfo[] = []
    for (const folder of (await this.#disk(readdir(this.#root))).sort()) {
      if (!/^[0-9a-f]{2}$/.test(folder) || folder < after.slice(0, 2)) continue
      for (const hash of (await this.#disk(readdir(join(this.#root, folder)))).sort()) {
        if (hash <= after) continue
        const info = await this.#info(hash)
        if (info !== undefined) infos.push(info)
        if (infos.length >= Math.min(countMax, listedMax)) return infos
      }
    }
    return infos
  }

  async collect(isNeeded: (hash: string) => boolean, olderThanMs: number, signal: AbortSignal): Promise<Collected> {
    const collected: Collected = { blobs: 0, bytes: 0, kept: 0 }
    let after = ''
    for (;;) {
      const page = await this.list(after)
      const last = page.at(-1)
      if (last === undefined) return collected
      after = last.hash
      for (const { hash, usedWallMs } of page) {
        signal.throwIfAborted()
        const freed = isOld(usedWallMs, olderThanMs) ? await this.#collectOne(hash, isNeeded, olderThanMs) : undefined
        if (freed === undefined) collected.kept++
        else {
          collected.blobs++
          collected.bytes += freed
        }
      }
    }
  }

  /** Its size when it was removed. Whoever puts or opens it waits meanwhile; who did so before has made it young. */
  #collectOne(hash: string, isNeeded: (hash: string) => boolean, olderThanMs: number): Promise<number | undefined> {
    return this.#locks.hold(hash, async () => {
      const info = await this.#info(hash)
      if (info === undefined) return undefined
      if (isAhead(info.usedWallMs)) await this.#touch(hash)
      else if (isOld(info.usedWallMs, olderThanMs) && !isNeeded(hash)) return await this.#unlink(hash)
      return undefined
    })
  }

  #openBlob(hash: string): Promise<FileHandle> {
    return this.#locks.hold(hash, async () => {
      const info = await this.#info(hash)
      if (info === undefined) throw new CodedError('blob-missing', `Blob ${hash} is not kept here.`)
      if (Math.abs(Date.now() - info.usedWallMs) > usedEveryMs) await this.#touch(hash)
      return await this.#disk(open(this.#path(hash), 'r'))
    })
  }

  /** A disk that cannot be written can still be read. */
  async #touch(hash: string): Promise<void> {
    const now = new Date()
    await utimes(this.#path(hash), now, now).catch(() => {})
  }

  /** Its size; undefined: it was not there. */
  async #unlink(hash: string): Promise<number | undefined> {
    const size = await this.#size(hash)
    if (size === undefined) return undefined
    try {
      await unlink(this.#path(hash))
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw diskError(error, this.#root)
    }
    this.#usedBytes -= size
    return size
  }

  #putAside(hash: string, found: string): Promise<CodedError> {
    return this.#locks.hold(hash, async () => {
      const size = await this.#size(hash)
      const aside = join(this.#root, 'damaged')
      try {
        await mkdir(aside, { recursive: true, mode: 0o700 })
        await rename(this.#path(hash), join(aside, hash))
        this.#usedBytes -= size ?? 0
      } catch (error) {
        return diskError(error, this.#root)
      }
      return new CodedError(
        'blob-damaged',
        `Blob ${hash} has changed on disk: its sha-256 is ${found}. Its file is now in ${aside}; another peer may have the blob.`,
      )
    })
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
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
      await this.#touch(ref.hash)
      return false
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
    return (await this.#info(hash))?.sizeBytes
  }

  async #info(hash: string): Promise<BlobInfo | undefined> {
    // The hash comes from other peers and becomes a path.
    if (!hashPattern.test(hash)) return undefined
    try {
      const { size, mtimeMs } = await stat(this.#path(hash))
      return { hash, sizeBytes: size, usedWallMs: mtimeMs }
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

/** A rename is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
