/** At most one line so often, ms. */
const showMs = 500

/** One line on standard error that is written over; only where somebody looks at it. */
export class Progress {
  readonly #shown = process.stderr.isTTY === true
  #lastMs = 0

  show(text: () => string): void {
    const now = performance.now()
    if (!this.#shown || now - this.#lastMs < showMs) return
    this.#lastMs = now
    process.stderr.write(`\r\u001b[K${text()}`)
  }

  /** Makes room for something else. */
  clear(): void {
    if (this.#shown && this.#lastMs > 0) process.stderr.write('\r\u001b[K')
  }
}
