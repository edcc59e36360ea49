import type { Stream } from '@libp2p/interface'
import { prefixBytes } from './frame-splitter.ts'

/**
 * What waits to be sent on one stream: bounded in bytes, and written in as few writes as possible (all of a turn in
 * one). Waits for the `drain` event when the stream is full; `stream.onDrain()` is no use here, for once resolved it
 * stays so.
 */
export class Outbox {
  readonly #stream: Stream
  readonly #bytesMax: number
  readonly #batchBytesMax: number
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #scheduled = false
  #closed = false
  /** since when the stream has been full, monotonic ms */
  #fullSince: number | undefined
  #lastWrite = 0
  readonly #now: () => number

  constructor(stream: Stream, options: { bytesMax: number; batchBytesMax: number; now: () => number }) {
    this.#stream = stream
    this.#bytesMax = options.bytesMax
    this.#batchBytesMax = options.batchBytesMax
    this.#now = options.now
    this.#lastWrite = options.now()
    stream.addEventListener('drain', this.#onDrain)
  }

  /** when bytes last went out, and since when none could (undefined: they can) */
  get lastWriteMs(): number {
    return this.#lastWrite
  }

  get fullSinceMs(): number | undefined {
    return this.#fullSince
  }

  /**
   * Queues payloads, to be written within this turn where the stream takes them. False: no room, and none is queued.
   * An empty queue takes any number, else what is over the bound could never travel.
   */
  offer(...payloads: Uint8Array[]): boolean {
    const size = payloads.reduce((sum, payload) => sum + prefixBytes + payload.byteLength, 0)
    if (this.#closed || (this.#queuedBytes > 0 && this.#queuedBytes + size > this.#bytesMax)) return false
    this.#queue.push(...payloads)
    this.#queuedBytes += size
    if (!this.#scheduled && this.#fullSince === undefined) {
      this.#scheduled = true
      queueMicrotask(this.#flush)
    }
    return true
  }

  close(): void {
    this.#closed = true
    this.#queue = []
    this.#queuedBytes = 0
    this.#stream.removeEventListener('drain', this.#onDrain)
  }

  /** Writes what is queued now, as far as the stream takes it: before closing it. */
  flush(): void {
    this.#flush()
  }

  readonly #onDrain = (): void => {
    // the stream first sends on what it kept itself, in a microtask that it queued before this
    queueMicrotask(this.#flush)
  }

  readonly #flush = (): void => {
    this.#scheduled = false
    let from = 0
    while (from < this.#queue.length && !this.#closed) {
      if (this.#stream.writableNeedsDrain) break
      from = this.#writeBatch(from)
    }
    this.#queue = from === this.#queue.length ? [] : this.#queue.slice(from)
    if (this.#stream.writableNeedsDrain) this.#fullSince ??= this.#now()
    else this.#fullSince = undefined
  }

  /** One write of the payloads from index `from` on; returns the index after the last one written. */
  #writeBatch(from: number): number {
    let to = from
    let size = 0
    while (to < this.#queue.length && (to === from || size < this.#batchBytesMax)) {
      size += prefixBytes + (this.#queue[to] as Uint8Array).byteLength
      to++
    }
    const batch = Buffer.allocUnsafe(size)
    let offset = 0
    for (let i = from; i < to; i++) {
      const payload = this.#queue[i] as Uint8Array
      batch.writeUInt32BE(payload.byteLength, offset)
      batch.set(payload, offset + prefixBytes)
      offset += prefixBytes + payload.byteLength
    }
    this.#queuedBytes -= size
    this.#lastWrite = this.#now()
    try {
      this.#stream.send(batch)
    } catch {
      // closed under us: its close event tells the link
      this.close()
    }
    return to
  }
}
