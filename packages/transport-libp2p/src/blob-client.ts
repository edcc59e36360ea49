import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import type { Connection } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import type { BlobRef, PeerId } from '@souk/wire'
import { BlobReply, type BlobRequest } from './blob-messages.ts'
import { Exchange } from './exchange.ts'
import { blobProtocol, maxStreams } from './protocols.ts'
import { TransferSlots } from './transfer-slots.ts'
import type { Tuning } from './tuning.ts'

/** Times that a busy peer is asked again; with pauses that double up to their limit, jittered, about a minute. */
const busyRetriesMax = 40
const busyPauseMsMin = 50
const busyPauseMsMax = 2000

/** Our transfers: reading from and giving to other members. */
export class BlobClient {
  readonly #connectionOf: (peer: PeerId) => Connection | undefined
  readonly #tuning: Tuning
  readonly #slots = new Map<PeerId, TransferSlots>()

  constructor(connectionOf: (peer: PeerId) => Connection | undefined, tuning: Tuning) {
    this.#connectionOf = connectionOf
    this.#tuning = tuning
  }

  /** The blob's bytes, size and hash checked at the end: `blob-missing`, `blob-mismatch`, `blob-busy`, `interrupted`. */
  async *fetch(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const release = await this.#takeSlot(from, signal)
    let exchange: Exchange | undefined
    let done = false
    try {
      exchange = (await this.#begin(from, { op: 'get', blob }, signal)).exchange
      const hash = createHash('sha256')
      for await (const chunk of exchange.readBody(blob.sizeBytes)) {
        hash.update(chunk)
        yield chunk
      }
      done = true
      if (hash.digest('hex') !== blob.hash) {
        throw new CodedError(
          'blob-mismatch',
          `${from} sent other bytes than ${blob.hash.slice(0, 12)} names; ask another peer`,
        )
      }
    } finally {
      if (done) await exchange?.close()
      else exchange?.abort(new Error('not wanted any more'))
      release()
      this.#dropIdleSlots(from)
    }
  }

  /** Resolves when the other member has stored and verified it (or had it). */
  async push(to: PeerId, blob: BlobRef, data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const release = await this.#takeSlot(to, signal)
    let exchange: Exchange | undefined
    try {
      const begun = await this.#begin(to, { op: 'push', blob }, signal)
      exchange = begun.exchange
      if (!begun.reply.have) {
        await exchange.writeBody(data, blob.sizeBytes, this.#tuning.blobChunkBytes)
        const stored = await exchange.read(BlobReply)
        if (!stored.ok) throw new CodedError(stored.code, `${to}: ${stored.message}`)
      }
      await exchange.close()
    } catch (error) {
      exchange?.abort(error as Error)
      throw error
    } finally {
      release()
      this.#dropIdleSlots(to)
    }
  }

  /** Opens a stream and asks; a busy peer is asked again a few times. */
  async #begin(peer: PeerId, request: BlobRequest, signal: AbortSignal) {
    for (let attempt = 0; ; attempt++) {
      const exchange = await this.#open(peer, signal)
      try {
        await exchange.write(request)
        const reply = await exchange.read(BlobReply)
        if (reply.ok) return { exchange, reply }
        await exchange.close()
        if (reply.code !== 'blob-busy' || attempt >= busyRetriesMax) {
          throw new CodedError(reply.code, `${peer}: ${reply.message}`)
        }
      } catch (error) {
        exchange.abort(error as Error)
        throw error
      }
      const pauseMs = Math.min(busyPauseMsMax, busyPauseMsMin * 2 ** Math.min(attempt, 10))
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal })
    }
  }

  async #open(peer: PeerId, signal: AbortSignal): Promise<Exchange> {
    const connection = this.#connectionOf(peer)
    if (connection === undefined)
      throw new CodedError('not-connected', `no open link to ${peer}; wait until it is back`)
    const within = AbortSignal.any([signal, AbortSignal.timeout(this.#tuning.handshakeMsMax)])
    try {
      const stream = await connection.newStream(blobProtocol, { signal: within, maxOutboundStreams: maxStreams.blob })
      return new Exchange(stream, {
        bufferBytesMax: this.#tuning.receiveBufferBytesMax,
        stallMsMax: this.#tuning.blobStallMsMax,
        signal,
      })
    } catch (cause) {
      signal.throwIfAborted()
      throw new CodedError('interrupted', `no transfer with ${peer}: ${(cause as Error).message}`, { cause })
    }
  }

  async #takeSlot(peer: PeerId, signal: AbortSignal): Promise<() => void> {
    let slots = this.#slots.get(peer)
    if (slots === undefined) {
      slots = new TransferSlots(this.#tuning.blobsPerPeerMax, this.#tuning.blobsWaitingMax)
      this.#slots.set(peer, slots)
    }
    return await slots.take(signal)
  }

  #dropIdleSlots(peer: PeerId): void {
    if (this.#slots.get(peer)?.idle) this.#slots.delete(peer)
  }
}
