import type { Write } from '@souk/peer'
import { CodedError, type RecordStore } from '../src/index.ts'

/** Records in memory. With `held` each write waits until the test lets it end. */
export class MemoryRecords implements RecordStore {
  readonly #entries = new Map<string, unknown>()
  readonly #held: { resolve: () => void; reject: (error: unknown) => void; writes: Write[] }[] = []
  /** batches in the order they were given */
  readonly batches: Write[][] = []
  held = false
  closed = false
  #onWrite: (() => void) | undefined

  async open(): Promise<void> {}

  entries(prefix: string): { key: string; value: unknown }[] {
    return [...this.#entries].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value }))
  }

  get(key: string): unknown {
    return this.#entries.get(key)
  }

  async write(writes: Write[]): Promise<void> {
    this.batches.push(writes)
    this.#onWrite?.()
    if (this.held) await new Promise<void>((resolve, reject) => this.#held.push({ resolve, reject, writes }))
    for (const { key, value } of writes) {
      if (value === undefined) this.#entries.delete(key)
      else this.#entries.set(key, value)
    }
  }

  async close(): Promise<void> {
    this.closed = true
  }

  /** Ends the oldest held write. */
  finish(error?: unknown): void {
    const first = this.#held.shift()
    if (error === undefined) first?.resolve()
    else first?.reject(error)
  }

  /** Resolves with the next write that begins. */
  nextWrite(): Promise<void> {
    return new Promise((resolve) => {
      this.#onWrite = resolve
    })
  }
}

export const diskFull = () => new CodedError('disk-full', 'no room')
