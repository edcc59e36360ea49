import { CodedError } from '@souk/runtime'

export interface SlotLimits {
  slots: number
  /** transfers in line, of all kinds together */
  waitingMax: number
  /** what one batch may hold */
  batchItemsMax: number
  batchBytesMax: number
}

interface Small {
  readonly op: 'get' | 'push'
  readonly blob: { sizeBytes: number }
}

type Line = 'get' | 'push' | 'large'
const turns: readonly Line[] = ['get', 'push', 'large']

/**
 * Transfers with one peer: a bounded number at once, the others in line. Large ones take a slot each, but never the last
 * one; small ones that wait share a slot as a batch, first come first served. The three lines take turns.
 */
export class TransferSlots<T extends Small> {
  readonly #limits: SlotLimits
  readonly #runBatch: (batch: T[]) => Promise<void>
  readonly #onIdle: () => void
  readonly #small: Record<Small['op'], T[]> = { get: [], push: [] }
  readonly #large: (() => void)[] = []
  #used = 0
  #usedLarge = 0
  #turn = 0

  /** `runBatch` never rejects. */
  constructor(limits: SlotLimits, does: { runBatch(batch: T[]): Promise<void>; onIdle(): void }) {
    this.#limits = limits
    this.#runBatch = does.runBatch
    this.#onIdle = does.onIdle
  }

  get idle(): boolean {
    return this.#used === 0 && this.#waiting === 0
  }

  /** A small transfer gets in line. Throws `blob-busy` when that is full. */
  add(transfer: T): void {
    this.#checkRoom()
    this.#small[transfer.op].push(transfer)
    this.#startNext()
  }

  /** It waits no more; one that is on its way is not stopped. */
  remove(transfer: T): void {
    removeFrom(this.#small[transfer.op], transfer)
  }

  /** Resolves with the function that gives the slot back. Rejects with `blob-busy` when the line is full. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    this.#checkRoom()
    await new Promise<void>((resolve, reject) => {
      const start = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        removeFrom(this.#large, start)
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
      this.#large.push(start)
      this.#startNext()
    })
    let given = false
    return () => {
      if (given) return
      given = true
      this.#usedLarge--
      this.#giveBack()
    }
  }

  get #waiting(): number {
    return this.#small.get.length + this.#small.push.length + this.#large.length
  }

  #checkRoom(): void {
    if (this.#waiting < this.#limits.waitingMax) return
    const seen = `${this.#limits.waitingMax} transfers are already waiting for that peer`
    throw new CodedError('blob-busy', `${seen}; try again later`)
  }

  #startNext(): void {
    while (this.#used < this.#limits.slots) {
      const line = this.#nextLine()
      if (line === undefined) return
      this.#used++
      if (line === 'large') {
        this.#usedLarge++
        this.#large.shift()?.()
      } else void this.#runBatch(this.#takeBatch(this.#small[line])).then(() => this.#giveBack())
    }
  }

  #nextLine(): Line | undefined {
    for (let i = 0; i < turns.length; i++) {
      const line = turns[this.#turn++ % turns.length]!
      const waits = line === 'large' ? this.#large.length > 0 && this.#mayStartLarge : this.#small[line].length > 0
      if (waits) return line
    }
    return undefined
  }

  /** A large blob may take hours; small ones do not wait for it. */
  get #mayStartLarge(): boolean {
    return this.#usedLarge < Math.max(1, this.#limits.slots - 1)
  }

  #takeBatch(line: T[]): T[] {
    const { batchItemsMax, batchBytesMax } = this.#limits
    let count = 0
    let bytes = 0
    for (const { blob } of line) {
      bytes += blob.sizeBytes
      if (count > 0 && (bytes > batchBytesMax || count >= batchItemsMax)) break
      count++
    }
    return line.splice(0, count)
  }

  #giveBack(): void {
    this.#used--
    this.#startNext()
    if (this.idle) this.#onIdle()
  }
}

function removeFrom<T>(line: T[], item: T): void {
  const at = line.indexOf(item)
  if (at >= 0) line.splice(at, 1)
}
