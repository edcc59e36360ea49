import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError, type RecordStore } from '@souk/runtime'
import { open, type RootDatabase } from 'lmdb'
import { diskError, diskFull } from './disk-error.ts'
import { entryDamage, sealEntry, unsealEntry } from './entry.ts'
import { FolderLock } from './folder-lock.ts'
import { checkFormat } from './format-file.ts'
import { lmdbFileDamage } from './lmdb-head.ts'

export interface LmdbRecordsOptions {
  /** the data folder; created when missing */
  folder: string
  /** what the records may take; over it `write` rejects with `disk-full`. Default: as much as the disk has. */
  recordBytesMax?: number
}

/** LMDB's own limit is 1,978 bytes; ours leaves room for its encoding. */
const keyBytesMax = 1024
/** of damaged entries named in one error message */
const damagedNamedMax = 10
const highestText = '\u{10ffff}'

/** Durable records in one LMDB environment, each with its checksum. */
export class LmdbRecords implements RecordStore {
  readonly #folder: string
  readonly #recordBytesMax: number
  readonly #lock: FolderLock
  #db: RootDatabase<Uint8Array, string> | undefined
  /** upper estimate; counted anew from LMDB when it reaches the limit */
  #usedBytes = 0
  #broken: CodedError | undefined

  constructor(options: LmdbRecordsOptions) {
    this.#folder = options.folder
    this.#recordBytesMax = options.recordBytesMax ?? Number.POSITIVE_INFINITY
    this.#lock = new FolderLock(options.folder)
  }

  async open(): Promise<void> {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
    this.#lock.take()
    try {
      checkFormat(this.#folder)
      this.#db = this.#openDatabase()
      this.#verifyAll()
      this.#usedBytes = this.#countUsed()
    } catch (error) {
      await this.close()
      throw error
    }
  }

  entries(prefix: string): { key: string; value: unknown }[] {
    const found: { key: string; value: unknown }[] = []
    const damaged: Damage[] = []
    for (const { key, value } of this.#range(prefix)) {
      const entry = unsealEntry(key, value)
      if (entry.ok) found.push({ key, value: entry.value })
      else damaged.push({ key, detail: entry.detail })
    }
    if (damaged.length > 0) throw this.#damagedError(damaged)
    return found
  }

  get(key: string): unknown {
    const value = this.#open().get(key)
    if (value === undefined) return undefined
    const entry = unsealEntry(key, value)
    if (!entry.ok) throw this.#damagedError([{ key, detail: entry.detail }])
    return entry.value
  }

  /**
   * All or nothing, one transaction. Resolves after LMDB's commit, which (with `overlappingSync` off) has
   * fdatasync'ed the pages and written the meta page with O_DSYNC: resolved means on disk.
   * Code `disk-full`: nothing was written, and a later write may work. After `io` none will until a restart.
   */
  async write(writes: { key: string; value: unknown }[]): Promise<void> {
    const db = this.#open()
    if (this.#broken) throw this.#broken
    // Everything that can throw comes before the transaction, which would keep what was put until then.
    const sealed = writes.map(({ key, value }) => {
      if (key === '' || Buffer.byteLength(key) > keyBytesMax) {
        throw new CodedError(
          'key-invalid',
          `A record's key takes 1 to ${keyBytesMax} bytes; got "${key.slice(0, 80)}".`,
        )
      }
      return { key, entry: value === undefined ? undefined : sealEntry(key, value) }
    })
    this.#reserve(sealed)
    try {
      await db.batch(() => {
        for (const { key, entry } of sealed) {
          if (entry) db.put(key, entry)
          else db.remove(key)
        }
      })
    } catch (error) {
      throw await this.#writeFailed(error)
    }
  }

  async close(): Promise<void> {
    const db = this.#db
    this.#db = undefined
    try {
      await db?.close()
    } finally {
      this.#lock.release()
    }
  }

  #openDatabase(): RootDatabase<Uint8Array, string> {
    const path = join(this.#folder, 'records')
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const file = join(path, 'data.mdb')
    const damage = lmdbFileDamage(file)
    if (damage !== undefined) throw this.#damagedError([{ key: file, detail: damage }])
    try {
      return open<Uint8Array, string>({
        path,
        noSubdir: false,
        encoding: 'binary',
        // A commit ends with its fsync: half the latency of committing first and awaiting `flushed`.
        overlappingSync: false,
        // With turn batching a failed commit also rejects an inner promise that nobody can handle.
        eventTurnBatching: false,
      })
    } catch (error) {
      throw this.#damagedError([{ key: path, detail: (error as Error).message }], error)
    }
  }

  #open(): RootDatabase<Uint8Array, string> {
    if (!this.#db) throw new CodedError('store-closed', `The store in ${this.#folder} is not open.`)
    return this.#db
  }

  #range(prefix: string): Iterable<{ key: string; value: Uint8Array }> {
    const all = prefix === '' ? {} : { start: prefix, end: prefix + highestText }
    return this.#open().getRange(all)
  }

  #verifyAll(): void {
    const damaged: Damage[] = []
    try {
      for (const { key, value } of this.#range('')) {
        const detail = entryDamage(key, value)
        if (detail !== undefined) damaged.push({ key, detail })
      }
    } catch (error) {
      throw this.#damagedError([{ key: 'records', detail: (error as Error).message }], error)
    }
    if (damaged.length > 0) throw this.#damagedError(damaged)
  }

  #damagedError(damaged: Damage[], cause?: unknown): CodedError {
    const named = damaged.slice(0, damagedNamedMax).map((d) => `${d.key} (${d.detail})`)
    const more = damaged.length > named.length ? ` and ${damaged.length - named.length} more` : ''
    return new CodedError(
      'store-damaged',
      `The store in ${this.#folder} is damaged: ${named.join(', ')}${more}. ` +
        'Its promises to other peers cannot be trusted: move the folder away and join the mesh again as a new peer.',
      { cause },
    )
  }

  /** Refuses a batch with puts that would pass the limit; deletes always go through. */
  #reserve(sealed: { key: string; entry: Uint8Array | undefined }[]): void {
    let bytes = 0
    for (const { key, entry } of sealed) if (entry) bytes += key.length + entry.length
    if (bytes === 0) return
    if (this.#usedBytes + bytes > this.#recordBytesMax) this.#usedBytes = this.#countUsed()
    if (this.#usedBytes + bytes > this.#recordBytesMax) {
      throw diskFull(this.#folder, `records may take ${this.#recordBytesMax} bytes, ${this.#usedBytes} are used`)
    }
    this.#usedBytes += bytes
  }

  #stats(): LmdbStats {
    return this.#open().getStats() as LmdbStats
  }

  #countUsed(): number {
    const s = this.#stats()
    return (s.treeBranchPageCount + s.treeLeafPageCount + s.overflowPages) * s.pageSize
  }

  async #writeFailed(error: unknown): Promise<CodedError> {
    // lmdb-js gives the cause as a promise that rejects.
    const pending = (error as { commitError?: Promise<unknown> }).commitError
    const cause = pending ? await pending.catch((reason: unknown) => reason) : error
    const coded = diskError(cause, this.#folder)
    // After a failed flush LMDB refuses new transactions, and lmdb-js then never settles them.
    if (coded.code === 'io') this.#broken = coded
    return coded
  }
}

interface Damage {
  key: string
  detail: string
}

interface LmdbStats {
  pageSize: number
  treeBranchPageCount: number
  treeLeafPageCount: number
  overflowPages: number
}
