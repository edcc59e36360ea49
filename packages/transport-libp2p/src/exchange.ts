import type { Stream } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import { Uint8ArrayList } from 'uint8arraylist'
import { byteSource, type Chunk } from './byte-source.ts'
import { prefixBytes } from './frame-splitter.ts'
import { decodeSmall, encodeSmall, smallMessageBytesMax } from './hello.ts'
import { sizeMismatch } from './small-body.ts'

/**
 * A stream with small messages and, in between, bodies of known size. From `begin` until `rest`, aborting its signal or
 * no progress for `stallMsMax` resets the stream, and every method then throws.
 */
export class Exchange {
  readonly #stream: Stream
  readonly #source: AsyncGenerator<Chunk>
  readonly #pending = new Uint8ArrayList()
  readonly #stallMsMax: number
  #signal: AbortSignal | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(stream: Stream, options: { bufferBytesMax: number; stallMsMax: number }) {
    this.#stream = stream
    this.#source = byteSource(stream, options.bufferBytesMax)
    this.#stallMsMax = options.stallMsMax
  }

  /** Something goes on from now, and may be aborted. */
  begin(signal: AbortSignal): this {
    this.rest()
    this.#signal = signal
    this.#arm(this.#stallMsMax)
    signal.addEventListener('abort', this.#onAbort, { once: true })
    if (signal.aborted) this.#onAbort()
    return this
  }

  /** It is over; the stream stays as it is. */
  rest(): void {
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#onAbort)
    this.#signal = undefined
  }

  /** Both sides may write, and nothing lies about that was not read: it can be used for something else. */
  get reusable(): boolean {
    const { status, writeStatus, remoteWriteStatus } = this.#stream
    const open = status === 'open' && writeStatus === 'writable' && remoteWriteStatus === 'writable'
    return open && this.#pending.byteLength === 0
  }

  /** Waits for a next message to begin. False: the other side ended the stream, or said nothing for so long. */
  async more(msMax: number): Promise<boolean> {
    this.#arm(msMax)
    try {
      await this.#fill(1)
      return true
    } catch {
      this.#signal?.throwIfAborted()
      return false
    } finally {
      this.#arm(this.#stallMsMax)
    }
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

  /** A small body at once. Throws `interrupted` when the stream ends first. */
  async readSmallBody(sizeBytes: number): Promise<Uint8Array> {
    await this.#fill(sizeBytes)
    const body = this.#pending.slice(0, sizeBytes)
    this.#pending.consume(sizeBytes)
    return body
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

  /** Small bodies, one behind the other, with as few writes as there are chunks in them. */
  async writeSmallBodies(bodies: readonly Uint8Array[], chunkBytes: number): Promise<void> {
    const all = Buffer.concat(bodies)
    for (let from = 0; from < all.byteLength; from += chunkBytes)
      await this.#send(all.subarray(from, from + chunkBytes))
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
    if (sent !== sizeBytes) throw new CodedError('blob-mismatch', sizeMismatch(sent, sizeBytes))
  }

  /** Ends our side and gives the other its time to end theirs. */
  async close(): Promise<void> {
    this.rest()
    const signal = AbortSignal.timeout(this.#stallMsMax)
    await this.#stream.close({ signal }).catch((error: Error) => this.#stream.abort(error))
  }

  abort(reason: Error): void {
    this.rest()
    this.#stream.abort(reason)
  }

  #arm(ms: number): void {
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#onStall, ms)
  }

  readonly #onAbort = (): void => this.#stream.abort(new Error('aborted'))

  readonly #onStall = (): void => this.#stream.abort(new CodedError('stalled', 'no progress for too long'))

  async #fill(bytes: number): Promise<void> {
    while (this.#pending.byteLength < bytes) {
      const { value, done } = await this.#source.next().catch((error: Error) => this.#throw(error))
      if (done) this.#throw(new Error('the other side ended the stream'))
      else {
        this.#pending.append(value)
        this.#timer?.refresh()
      }
    }
  }

  async #send(bytes: Uint8Array): Promise<void> {
    try {
      if (!this.#stream.send(bytes)) await drained(this.#stream)
    } catch (error) {
      this.#throw(error as Error)
    }
    this.#timer?.refresh()
  }

  #throw(error: Error): never {
    this.#signal?.throwIfAborted()
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
