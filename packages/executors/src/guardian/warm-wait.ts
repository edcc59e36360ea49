/** A first line that is longer says the same. */
const lineBytesMax = 4096
const newline = 10
/** of its error output, characters that are kept */
const lastCharsMax = 256

/**
 * A process before it has its task: with the first line that it prints it says that it is ready, and whatever else it
 * prints is nobody's; but where it ends instead, what it said last may be why.
 */
export class WarmWait {
  ready = false
  readonly #onReady: () => void
  #lineBytes = 0
  #errors = ''

  constructor(onReady: () => void) {
    this.#onReady = onReady
  }

  onOutput(stream: 'stdout' | 'stderr', data: Buffer): void {
    if (stream === 'stderr') this.#errors = (this.#errors + data.toString()).slice(-8 * lastCharsMax)
    if (this.ready || stream === 'stderr') return
    this.#lineBytes += data.length
    if (!data.includes(newline) && this.#lineBytes <= lineBytesMax) return
    this.ready = true
    this.#onReady()
  }

  /** Its last line on standard error that is not empty, without control characters; '' where there is none. */
  get lastError(): string {
    const lines = this.#errors.split('\n').map((line) => line.replace(/\p{Cc}/gu, ' ').trim())
    return (lines.findLast((line) => line !== '') ?? '').slice(0, lastCharsMax)
  }
}
