import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { type Meta, metaBytes, readMeta } from './lmdb-page.ts'

const pageBytesMax = 65_536

/** An LMDB file that is read, not mapped: whatever it holds, reading it cannot end the process. */
export class RecordFile {
  readonly #file: number
  readonly #bytes: number

  private constructor(file: number) {
    this.#file = file
    this.#bytes = fstatSync(file).size
  }

  /** undefined: there is none yet, or one that nothing was ever written to. */
  static open(path: string): RecordFile | undefined {
    let file: number
    try {
      file = openSync(path, 'r')
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw error
    }
    const opened = new RecordFile(file)
    if (opened.#bytes > 0) return opened
    opened.close()
    return undefined
  }

  close(): void {
    closeSync(this.#file)
  }

  /** The newer of its two heads, or what is wrong with them. */
  head(): Meta | string {
    const first = readMeta(this.#read(0, metaBytes))
    if (typeof first === 'string') return first
    const second = readMeta(this.#read(first.pageBytes, metaBytes))
    if (typeof second === 'string') return `its second head ${second}`
    // Transaction n writes head n % 2, so they are one apart, or both new.
    const apart = first.txn - second.txn
    if (first.pageBytes !== second.pageBytes || apart < -1n || apart > 1n) return 'its two heads do not fit each other'
    return first.txn > second.txn ? first : second
  }

  /** Says so when the file has fewer pages than its head counts; right where the last of them are free. */
  shortOf(meta: Meta): string | undefined {
    const needed = (meta.lastPage + 1) * meta.pageBytes
    return this.#bytes < needed ? `${this.#bytes} bytes, expected ${needed}` : undefined
  }

  /** of this file, whatever its head says */
  pagesMax(meta: Meta): number {
    return Math.ceil(this.#bytes / meta.pageBytes)
  }

  /** Some pages; shorter than asked for where the file ends. */
  pages(meta: Meta, first: number, count = 1): Buffer {
    return this.#read(first * meta.pageBytes, Math.min(count * meta.pageBytes, this.#bytes + pageBytesMax))
  }

  #read(at: number, bytes: number): Buffer {
    const buffer = Buffer.allocUnsafe(bytes)
    let got = 0
    while (got < bytes) {
      const n = readSync(this.#file, buffer, got, bytes - got, at + got)
      if (n === 0) break
      got += n
    }
    return buffer.subarray(0, got)
  }
}
