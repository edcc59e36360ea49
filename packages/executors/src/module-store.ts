import { createWriteStream } from 'node:fs'
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type BlobAccess, CodedError } from '@souk/runtime'
import type { FileRef, PeerId } from '@souk/wire'

/** Modules kept from one life to the next; the least recently stored go first. */
const modulesMax = 256
/** A module that takes longer to fetch fails the runs that wait for it; they may be tried elsewhere. */
const fetchMsMax = 60_000
const extensions = ['.js', '.mjs', '.cjs', '.ts', '.mts', '.cts']

/** Modules that came with tasks, each once by its content, as files that a worker thread can import. */
export class ModuleStore {
  readonly #folder: string
  readonly #blobs: BlobAccess
  readonly #stored = new Map<string, Promise<string>>()
  #files = 0

  constructor(folder: string, blobs: BlobAccess) {
    this.#folder = folder
    this.#blobs = blobs
  }

  /** Makes the folder, and removes the oldest files of earlier lives where there are too many. */
  async open(): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const names = await readdir(this.#folder)
    const files = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(this.#folder, name))).mtimeMs })),
    )
    const old = files.toSorted((a, b) => b.at - a.at).slice(modulesMax / 2)
    for (const { name } of old) await rm(join(this.#folder, name), { force: true })
  }

  /**
   * The file of a module; fetched when it is not here. Throws code `module-kind` for an extension that Node cannot
   * import, or what the blobs' reader throws.
   */
  path(module: FileRef, from: PeerId[], signal: AbortSignal): Promise<string> {
    const extension = extname(module.path) || '.mjs'
    if (!extensions.includes(extension)) {
      const known = extensions.join(', ')
      throw new CodedError('module-kind', `module ${module.path} cannot be imported: its name must end in ${known}`)
    }
    const path = join(this.#folder, module.blob.hash + extension)
    let stored = this.#stored.get(path)
    if (!stored) {
      stored = this.#store(module, path, from)
      this.#stored.set(path, stored)
      // A failure is of this attempt only, such as a peer that was away.
      stored.catch(() => this.#stored.delete(path))
      this.#forget()
    }
    return unlessAborted(stored, signal)
  }

  async #store(module: FileRef, path: string, from: PeerId[]): Promise<string> {
    const now = new Date()
    const here = await stat(path).catch(() => undefined)
    if (here?.size === module.blob.sizeBytes) {
      await utimes(path, now, now)
      return path
    }
    // Not the signal of whoever asked first: others wait for it too.
    const signal = AbortSignal.timeout(fetchMsMax)
    const partial = `${path}.${process.pid}.${this.#files++}.part`
    try {
      const file = createWriteStream(partial, { mode: 0o600 })
      await pipeline(Readable.from(this.#blobs.read(module.blob, from, signal)), file, { signal })
      await rename(partial, path)
    } catch (error) {
      await rm(partial, { force: true })
      throw error
    }
    return path
  }

  #forget(): void {
    if (this.#stored.size <= modulesMax) return
    const [oldest] = this.#stored.keys()
    this.#stored.delete(oldest!)
  }
}

async function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => reject(signal.reason)
    signal.addEventListener('abort', onAbort)
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
