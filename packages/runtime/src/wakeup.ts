import type { Millis } from '@souk/kernel'
import type { Clock } from './ports.ts'

/**
 * The one real timer of a peer. A machine's next deadline moves with almost every input, mostly later: the timer
 * is armed again only when it moves earlier or has fired, and a wake that comes too early is harmless.
 */
export class Wakeup {
  readonly #clock: Clock
  readonly #onDue: () => void
  #armedAt: Millis | undefined
  #cancel: (() => void) | undefined

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock
    this.#onDue = onDue
  }

  /** `at` is when the machine wants to be woken now. */
  arm(at: Millis | undefined): void {
    if (at === undefined || (this.#armedAt !== undefined && this.#armedAt <= at)) return
    this.#cancel?.()
    this.#armedAt = at
    // Rounded up: timers count whole milliseconds, and a wake just before the deadline would do nothing.
    this.#cancel = this.#clock.after(Math.max(0, Math.ceil(at - this.#clock.now())), () => {
      this.#armedAt = undefined
      this.#cancel = undefined
      this.#onDue()
    })
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
    this.#armedAt = undefined
  }
}
