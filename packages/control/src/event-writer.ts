import type { ServerResponse } from 'node:http'

/** One open text/event-stream. It does not buffer: who writes asks `ready` first and keeps what does not go. */
export class EventWriter {
  readonly #raw: ServerResponse
  #blocked = false
  #closed = false
  onDrain: () => void = () => {}
  onClose: () => void = () => {}

  constructor(raw: ServerResponse) {
    this.#raw = raw
    raw.writeHead(200, {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    raw.flushHeaders()
    raw.on('drain', () => {
      this.#blocked = false
      this.onDrain()
    })
    raw.on('close', () => {
      if (this.#closed) return
      this.#closed = true
      this.onClose()
    })
    raw.on('error', () => raw.destroy())
  }

  /** false while the socket has not drained, and after the end */
  get ready(): boolean {
    return !this.#blocked && !this.#closed
  }

  get closed(): boolean {
    return this.#closed
  }

  /** One event; `data` has no line breaks (JSON text has none). */
  write(data: string, id?: string): void {
    if (this.#closed) return
    this.#blocked = !this.#raw.write(id === undefined ? `data: ${data}\n\n` : `id: ${id}\ndata: ${data}\n\n`)
  }

  /** a comment, so that a client can tell a silent peer from a dead one */
  beat(): void {
    if (this.ready) this.#raw.write(':\n\n')
  }

  /** ends the stream; `onClose` is called */
  end(): void {
    if (this.#closed) return
    this.#closed = true
    this.#raw.end()
    this.onClose()
  }

  /** Resolves when there is room again or the stream is closed. */
  async drained(): Promise<void> {
    if (this.ready || this.#closed) return
    await new Promise<void>((resolve) => {
      const done = () => {
        this.#raw.off('drain', done)
        this.#raw.off('close', done)
        resolve()
      }
      this.#raw.on('drain', done)
      this.#raw.on('close', done)
    })
  }
}
