import type { BlobRef } from '@souk/wire'

/** A blob that travels with others in one request; it ends on its own, well or badly. */
export class SmallTransfer {
  readonly op: 'get' | 'push'
  readonly blob: BlobRef
  /** push: the body; read once, when it is wanted */
  readonly data: AsyncIterable<Uint8Array> | undefined
  /** its bytes where it was got; nothing where it was pushed */
  readonly ended: Promise<Uint8Array>
  /** called when whoever wanted it does not want it any more */
  onGone: () => void = () => {}
  readonly #signal: AbortSignal
  #resolve: (bytes: Uint8Array) => void = () => {}
  #reject: (reason: unknown) => void = () => {}
  #open = true

  constructor(
    op: 'get' | 'push',
    { blob, data, signal }: { blob: BlobRef; data?: AsyncIterable<Uint8Array>; signal: AbortSignal },
  ) {
    this.op = op
    this.blob = blob
    this.data = data
    this.#signal = signal
    this.ended = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  /** not ended yet */
  get open(): boolean {
    return this.#open
  }

  /** Only the first end counts. */
  succeed(bytes: Uint8Array = new Uint8Array()): void {
    this.#end()
    this.#resolve(bytes)
  }

  fail(reason: unknown): void {
    this.#end()
    this.#reject(reason)
  }

  #end(): void {
    this.#open = false
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => {
    this.fail(this.#signal.reason)
    this.onGone()
  }
}
