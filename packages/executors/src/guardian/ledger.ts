import { closeSync, openSync, renameSync, unlinkSync, writeFileSync, writeSync } from 'node:fs'
import { bootId } from './process-table.ts'

/** One live group: enough for a later life to find it, and to tell it from a reused pid. */
export interface LedgerEntry {
  pid: number
  start: string
  fence: string
}

/** Rewritten from the live entries when it has this many lines: 64 bytes each, so about 256 KiB. */
const linesMax = 4096

/**
 * The file that says which groups live, one per guardian. Appended in the same turn as the spawn, without fsync: it has
 * to outlive the processes, not the machine.
 */
export class Ledger {
  readonly #path: string
  #file: number
  readonly #boot = bootId()
  readonly #live = new Map<number, string>()
  #lines = 0

  constructor(path: string) {
    this.#path = path
    this.#file = openSync(path, 'a', 0o600)
  }

  /** One that stood warm is added again with the fence of its task: processes of it may carry either. */
  add(entry: LedgerEntry): void {
    const line = `+ ${entry.pid} ${entry.start} ${this.#boot || '-'} ${entry.fence}\n`
    this.#live.set(entry.pid, `${this.#live.get(entry.pid) ?? ''}${line}`)
    this.#append(line)
  }

  remove(pid: number): void {
    if (!this.#live.delete(pid)) return
    this.#append(`- ${pid}\n`)
  }

  /** Nothing lives any more: the file goes. */
  close(): void {
    closeSync(this.#file)
    unlinkSync(this.#path)
  }

  #append(line: string): void {
    this.#lines++
    if (this.#lines < linesMax || this.#live.size > linesMax / 2) {
      writeSync(this.#file, line)
      return
    }
    const fresh = `${this.#path}.new`
    writeFileSync(fresh, [...this.#live.values()].join(''), { mode: 0o600 })
    renameSync(fresh, this.#path)
    closeSync(this.#file)
    this.#file = openSync(this.#path, 'a', 0o600)
    this.#lines = this.#live.size
  }
}

/** The groups that a ledger's text says were alive in this boot. Broken lines (a torn last write) are skipped. */
export function readLedger(text: string, boot: string): LedgerEntry[] {
  const live = new Map<number, LedgerEntry[]>()
  for (const line of text.split('\n')) {
    const [sign, pidText, start, lineBoot, fence] = line.split(' ')
    const pid = Number(pidText)
    if (!Number.isInteger(pid) || pid <= 1) continue
    if (sign === '-') live.delete(pid)
    if (sign !== '+' || start === undefined || fence === undefined) continue
    if (lineBoot === (boot || '-')) live.set(pid, [...(live.get(pid) ?? []), { pid, start, fence }])
  }
  return [...live.values()].flat()
}
