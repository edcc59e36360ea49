import { CodedError } from '@souk/runtime'

interface Waiting {
  start(): void
}

/** At most `slots` transfers at once and `waitingMax` more in line, first come first served. */
export class TransferSlots {
  readonly #slots: number
  readonly #waitingMax: number
  readonly #line: Waiting[] = []
  #used = 0

  constructor(slots: number, waitingMax: number) {
    this.#slots = slots
    this.#waitingMax = waitingMax
  }

  get idle(): boolean {
    return this.#used === 0
  }

  /** Resolves with the function that gives the slot back. Rejects with `blob-busy` when the line is full. */
  async take(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted()
    if (this.#used < this.#slots) this.#used++
    else await this.#wait(signal)
    let given = false
    return () => {
      if (given) return
      given = true
      const next = this.#line.shift()
      // the slot goes from hand to hand
      if (next) next.start()
      else this.#used--
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#line.length >= this.#waitingMax) {
      throw new CodedError(
        'blob-busy',
        `${this.#waitingMax} transfers are already waiting for that peer; try again later`,
      )
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        this.#line.splice(this.#line.indexOf(waiting), 1)
        reject(signal.reason)
      }
      const waiting = {
        start: () => {
          signal.removeEventListener('abort', onAbort)
          resolve()
        },
      }
      this.#line.push(waiting)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }
}
