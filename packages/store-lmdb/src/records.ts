import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { CodedError, type RecordStore } from '@souk/runtime'
import { open, type RootDatabase } from 'lmdb'
import { diskError, diskFull } from './disk-error.ts'
import { sealEntry, unsealEntry } from './entry.ts'
import { FolderLock } from './folder-lock.ts'
import { checkFormat } from './format-file.ts'
import { keyOf, Layout } from './layout.ts'
import { checkRecords, type Damage, recordFileOf, StoreDamagedError } from './store-check.ts'

export interface LmdbRecordsOptions {
  /** the data folder; created when missing */
  folder: string
  /** what the records may take; over it `write` rejects with `disk-full`. Default: as much as the disk has. */
  recordBytesMax?: number
}

/** LMDB's own limit is 1,978 bytes; ours leaves room for its encoding. */
const keyBytesMax = 1024
/**
 * After a write that the disk failed LMDB takes no more until it is opened anew: tried with the next write, but not
 * again before this, doubled each time. Each try reads all records.
 */
const reopenMs = 1000
const reopenMsMax = 30_000

/** Durable records in one LMDB environment, each with its checksum. */
export class LmdbRecords implements RecordStore {
  readonly #folder: string
  readonly #recordBytesMax: number
  readonly #lock: FolderLock
  #db: RootDatabase<Uint8Array, string> | undefined
  #layout = new Layout()
  /** upper estimate; counted anew from LMDB when it reaches the limit */
  #usedBytes = 0
  /** why nothing can be written until LMDB is opened anew */
  #broken: CodedError | undefined
  #reopening: Promise<void> | undefined
  #reopenAt = 0
  #reopenWaitMs = reopenMs

  constructor(options: LmdbRecordsOptions) {
    this.#folder = options.folder
    this.#recordBytesMax = options.recordBytesMax ?? Number.POSITIVE_INFINITY
    this.#lock = new FolderLock(options.folder)
  }

  /**
   * Verifies every record and the file itself before LMDB maps it. Codes besides the port's: `store-older`, and `io` or
   * `disk-full` where the folder cannot be written.
   */
  async open(): Promise<void> {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 })
      this.#lock.take()
    } catch (error) {
      throw diskError(error, this.#folder)
    }
    try {
      checkFormat(this.#folder)
      this.#openDatabase()
    } catch (error) {
      await this.close()
      throw diskError(error, this.#folder)
    }
  }

  entries(prefix: string): { key: string; value: unknown }[] {
    const found: { key: string; value: unknown }[] = []
    const damaged: Damage[] = []
    for (const { key: stored, value } of this.#open().getRange({})) {
      const key = keyOf(stored)
      if (!key.startsWith(prefix)) continue
      const entry = unsealEntry(key, value)
      if (entry.ok) found.push({ key, value: entry.value })
      else damaged.push({ key, detail: entry.detail })
    }
    if (damaged.length > 0) throw this.#damagedError(damaged)
    return found.sort((a, b) => (a.key < b.key ? -1 : 1))
  }

  get(key: string): unknown {
    const db = this.#open()
    const stored = this.#layout.find(key)
    const value = stored === undefined ? undefined : db.get(stored)
    if (value === undefined) return undefined
    const entry = unsealEntry(key, value)
    if (!entry.ok) throw this.#damagedError([{ key, detail: entry.detail }])
    return entry.value
  }

  /**
   * All or nothing, one transaction. Resolves after LMDB's commit, which (with `overlappingSync` off) has
   * fdatasync'ed the pages and written the meta page with O_DSYNC: resolved means on disk.
   * Code `disk-full`: nothing was written, and a later write may work. After `io` LMDB is opened anew with a later
   * write, which then may work too; what failed may be found written after all.
   */
  async write(writes: { key: string; value: unknown }[]): Promise<void> {
    if (this.#broken) await this.#reopen()
    const db = this.#open()
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
    const layout = this.#layout
    const write = layout.begin()
    const placed = sealed.map(({ key, entry }) => ({ stored: entry ? layout.put(key) : layout.find(key), entry }))
    try {
      await db.batch(() => {
        for (const { stored, entry } of placed) {
          if (entry) db.put(stored!, entry)
          else if (stored !== undefined) db.remove(stored)
        }
      })
    } catch (error) {
      throw await this.#writeFailed(error)
    }
    this.#reopenWaitMs = reopenMs
    layout.written(sealed, write)
  }

  async close(): Promise<void> {
    await this.#reopening?.catch(() => {})
    const db = this.#db
    this.#db = undefined
    try {
      await db?.close()
    } finally {
      this.#lock.release()
    }
  }

  #openDatabase(): void {
    const path = join(this.#folder, 'records')
    mkdirSync(path, { recursive: true, mode: 0o700 })
    const layout = new Layout()
    const report = checkRecords(this.#folder, { layout })
    if (report.damageTotal > 0) throw new StoreDamagedError(this.#folder, report)
    this.#db = open<Uint8Array, string>({
      path,
      noSubdir: false,
      encoding: 'binary',
      // A commit ends with its fsync: half the latency of committing first and awaiting `flushed`.
      overlappingSync: false,
      // With turn batching a failed commit also rejects an inner promise that nobody can handle.
      eventTurnBatching: false,
    })
    this.#layout = layout
    this.#usedBytes = this.#countUsed()
  }

  /** Resolves when writing can be tried again; rejects with why not, also while it is too early for the next try. */
  async #reopen(): Promise<void> {
    if (this.#reopening === undefined) {
      if (performance.now() < this.#reopenAt) throw this.#broken
      this.#reopening = this.#openAnew().finally(() => {
        this.#reopening = undefined
      })
    }
    await this.#reopening
  }

  async #openAnew(): Promise<void> {
    const db = this.#db
    this.#db = undefined
    try {
      await db?.close()
      this.#openDatabase()
    } catch (error) {
      this.#breaks(diskError(error, this.#folder))
      throw this.#broken
    }
    this.#broken = undefined
  }

  #breaks(error: CodedError): void {
    this.#broken = error
    this.#reopenAt = performance.now() + this.#reopenWaitMs
    this.#reopenWaitMs = Math.min(this.#reopenWaitMs * 2, reopenMsMax)
  }

  #open(): RootDatabase<Uint8Array, string> {
    if (!this.#db && this.#broken) throw this.#broken
    if (!this.#db) throw new CodedError('store-closed', `The store in ${this.#folder} is not open.`)
    return this.#db
  }

  #damagedError(damage: Damage[]): CodedError {
    const file = recordFileOf(this.#folder)
    const { entryCount } = this.#stats()
    const whole = Math.max(0, entryCount - damage.length)
    return new StoreDamagedError(this.#folder, {
      file,
      whole,
      expected: entryCount,
      damage,
      damageTotal: damage.length,
    })
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
    if (coded.code === 'io') this.#breaks(coded)
    return coded
  }
}

interface LmdbStats {
  entryCount: number
  pageSize: number
  treeBranchPageCount: number
  treeLeafPageCount: number
  overflowPages: number
}
