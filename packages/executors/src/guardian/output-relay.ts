import type { Readable } from 'node:stream'

/** What one read of a pipe may be cut into, and how long small pieces wait for more. */
const chunkBytesMax = 32 * 1024
const chunkMsMax = 20

/** Bytes of output that a run may still relay, over both its streams. */
export interface Budget {
  leftBytes: number
  droppedBytes: number
}

/**
 * One output stream of a run: small pieces are put together, what is over the budget is read and dropped (so that the
 * task goes on), and reading stops while the peer cannot take more (so that nothing piles up here).
 */
export class OutputRelay {
  readonly #source: Readable
  readonly #budget: Budget
  readonly #send: (data: Buffer) => void
  #pending: Buffer[] = []
  #pendingBytes = 0
  #timer: NodeJS.Timeout | undefined

  constructor(source: Readable, budget: Budget, send: (data: Buffer) => void) {
    this.#source = source
    this.#budget = budget
    this.#send = send
    source.on('data', (data: Buffer) => this.#onData(data))
    source.on('error', () => source.destroy())
  }

  get paused(): boolean {
    return this.#source.isPaused()
  }

  pause(): void {
    this.#source.pause()
  }

  resume(): void {
    this.#source.resume()
  }

  /** Sends what waits. */
  flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#pendingBytes === 0) return
    const data = this.#pending.length === 1 ? this.#pending[0]! : Buffer.concat(this.#pending, this.#pendingBytes)
    this.#pending = []
    this.#pendingBytes = 0
    for (let at = 0; at < data.length; at += chunkBytesMax) this.#send(data.subarray(at, at + chunkBytesMax))
  }

  destroy(): void {
    this.#source.destroy()
  }

  #onData(data: Buffer): void {
    const kept = Math.min(data.length, this.#budget.leftBytes)
    this.#budget.leftBytes -= kept
    this.#budget.droppedBytes += data.length - kept
    if (kept === 0) return
    this.#pending.push(kept === data.length ? data : data.subarray(0, kept))
    this.#pendingBytes += kept
    if (this.#pendingBytes >= chunkBytesMax) this.flush()
    else this.#timer ??= setTimeout(() => this.flush(), chunkMsMax)
  }
}
