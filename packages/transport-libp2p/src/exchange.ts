import type { Stream } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import { Uint8ArrayList } from 'uint8arraylist'
import { byteSource, type Chunk } from './byte-source.ts'
import { prefixBytes } from './frame-splitter.ts'
import { decodeSmall, encodeSmall, smallMessageBytesMax } from './hello.ts'

/**
 * A short-lived stream with small messages and, in between, a body of known size. Aborting `signal`, or no progress
 * for `stallMsMax`, resets the stream, and every method then throws.
 */
export class Exchange {
  readonly #stream: Stream
  readonly #source: AsyncGenerator<Chunk>
  readonly #pending = new Uint8ArrayList()
  readonly #stallMsMax: number
  readonly #signal: AbortSignal
  #timer: NodeJS.Timeout

  constructor(stream: Stream, options: { bufferBytesMax: number; stallMsMax: number; signal: AbortSignal }) {
    this.#stream = stream
    this.#source = byteSource(stream, options.bufferBytesMax)
    this.#stallMsMax = options.stallMsMax
    this.#signal = options.signal
    this.#timer = setTimeout(this.#onStall, this.#stallMsMax)
    options.signal.addEventListener('abort', this.#onAbort, { once: true })
    if (options.signal.aborted) this.#onAbort()
  }

  /** The next small message. Throws `message-malformed`, or `interrupted` when the stream ends first. */
  async read<T>(schema: { static: T } & object): Promise<T> {
    await this.#fill(prefixBytes)
    const size = this.#pending.getUint32(0)
    if (size > smallMessageBytesMax)
      throw new CodedError('message-malformed', `a message of ${size} bytes was announced`)
    await this.#fill(prefixBytes + size)
    const payload = this.#pending.subarray(prefixBytes, prefixBytes + size)
    this.#pending.consume(prefixBytes + size)
    return decodeSmall(schema, payload)
  }

  async write(value: object): Promise<void> {
    const payload = encodeSmall(value)
    const prefix = Buffer.allocUnsafe(prefixBytes)
    prefix.writeUInt32BE(payload.byteLength)
    await this.#send(Buffer.concat([prefix, payload]))
  }

  /** Exactly `sizeBytes` of body. Throws `interrupted` when the stream ends first. */
  async *readBody(sizeBytes: number): AsyncGenerator<Uint8Array> {
    let left = sizeBytes
    while (left > 0) {
      if (this.#pending.byteLength === 0) await this.#fill(1)
      const take = Math.min(left, this.#pending.byteLength)
      const chunk = this.#pending.subarray(0, take)
      this.#pending.consume(take)
      left -= take
      yield chunk
    }
  }

  /** Sends a body in bounded chunks, as fast as the other side reads. Throws `blob-mismatch` on another size. */
  async writeBody(data: AsyncIterable<Uint8Array>, sizeBytes: number, chunkBytes: number): Promise<void> {
    let sent = 0
    for await (const piece of data) {
      sent += piece.byteLength
      if (sent > sizeBytes) break
      for (let from = 0; from < piece.byteLength; from += chunkBytes) {
        await this.#send(piece.subarray(from, from + chunkBytes))
      }
    }
    if (sent !== sizeBytes)
      throw new CodedError('blob-mismatch', `the blob has ${sent} bytes, its name says ${sizeBytes}`)
  }

  /** Ends our side and gives the other its time to end theirs. */
  async close(): Promise<void> {
    this.#release()
    const signal = AbortSignal.timeout(this.#stallMsMax)
    await this.#stream.close({ signal }).catch((error: Error) => this.#stream.abort(error))
  }

  abort(reason: Error): void {
    this.#release()
    this.#stream.abort(reason)
  }

  #release(): void {
    clearTimeout(this.#timer)
    this.#signal.removeEventListener('abort', this.#onAbort)
  }

  readonly #onAbort = (): void => this.#stream.abort(new Error('aborted'))

  readonly #onStall = (): void =>
    this.#stream.abort(new CodedError('stalled', `no progress for ${this.#stallMsMax} ms`))

  async #fill(bytes: number): Promise<void> {
    while (this.#pending.byteLength < bytes) {
      const { value, done } = await this.#source.next().catch((error: Error) => this.#throw(error))
      if (done) this.#throw(new Error('the other side ended the stream'))
      else {
        this.#pending.append(value)
        this.#timer.refresh()
      }
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#stream.send(bytes)) await drained(this.#stream)
    } catch (error) {
      this.#throw(error as Error)
    }
    this.#timer.refresh()
  }

  #throw(error: Error): never {
    this.#signal.throwIfAborted()
    if (error instanceof CodedError) throw error
    throw new CodedError('interrupted', `the transfer broke off: ${error.message}`, { cause: error })
  }
}

/** Waits for the next drain; `stream.onDrain()` resolves at once from its second use on. */
async function drained(stream: Stream): Promise<void> {
  while (stream.writableNeedsDrain) {
    await new Promise<void>((resolve, reject) => {
      const onDrain = () => {
        stream.removeEventListener('close', onClose)
        resolve()
      }
      const onClose = (event: { error?: Error }) => {
        stream.removeEventListener('drain', onDrain)
        reject(event.error ?? new Error('the stream was closed'))
      }
      stream.addEventListener('drain', onDrain, { once: true })
      stream.addEventListener('close', onClose, { once: true })
      if (stream.status !== 'open') onClose({})
    })
    // the stream sends on what it kept itself first
    await Promise.resolve()
  }
}
