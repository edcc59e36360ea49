import type { Exchange } from './exchange.ts'

/**
 * The streams to one peer that were used and may be used again: as many as there were transfers at once, each until it
 * was idle for `idleMsMax`. A new one costs several round trips and the CPU of ten small blobs.
 */
export class BlobStreams {
  readonly #open: (signal: AbortSignal) => Promise<Exchange>
  readonly #idleMsMax: number
  /** the one used last is at the end, and goes first */
  readonly #resting: { exchange: Exchange; timer: NodeJS.Timeout }[] = []
  readonly #onEmpty: () => void

  constructor(options: { open(signal: AbortSignal): Promise<Exchange>; idleMsMax: number; onEmpty(): void }) {
    this.#open = options.open
    this.#idleMsMax = options.idleMsMax
    this.#onEmpty = options.onEmpty
  }

  get idle(): boolean {
    return this.#resting.length === 0
  }

  /** A stream on which a transfer has begun. `used`: it is not new, and may prove to be closed at the other side. */
  async take(signal: AbortSignal, how: 'any' | 'new'): Promise<{ exchange: Exchange; used: boolean }> {
    for (let last = this.#resting.pop(); last; last = this.#resting.pop()) {
      const { exchange, timer } = last
      clearTimeout(timer)
      if (how === 'any' && exchange.reusable) return { exchange: exchange.begin(signal), used: true }
      void exchange.close()
    }
    return { exchange: (await this.#open(signal)).begin(signal), used: false }
  }

  /** A transfer has ended, and its last answer was read. */
  giveBack(exchange: Exchange): void {
    exchange.rest()
    if (!exchange.reusable) void exchange.close()
    else this.#resting.push({ exchange, timer: setTimeout(() => this.#drop(exchange), this.#idleMsMax) })
  }

  stop(): void {
    for (const { exchange, timer } of this.#resting.splice(0)) {
      clearTimeout(timer)
      exchange.abort(new Error('stopping'))
    }
  }

  #drop(exchange: Exchange): void {
    const at = this.#resting.findIndex((resting) => resting.exchange === exchange)
    if (at >= 0) this.#resting.splice(at, 1)
    void exchange.close()
    if (this.idle) this.#onEmpty()
  }
}
