import { createHash } from 'node:crypto'
import type { Connection } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import type { BlobRef, PeerId } from '@souk/wire'
import type { Bandwidths } from './bandwidths.ts'
import { checkHash } from './blob-hash.ts'
import { BlobLane } from './blob-lane.ts'
import { isWanted } from './blob-messages.ts'
import { Exchange } from './exchange.ts'
import { blobProtocol, maxStreams } from './protocols.ts'
import { SmallTransfer } from './small-transfer.ts'
import type { Tuning } from './tuning.ts'

/** Our transfers: reading from and giving to other members. */
export class BlobClient {
  readonly #connectionOf: (peer: PeerId) => Connection | undefined
  readonly #tuning: Tuning
  readonly #bandwidths: Bandwidths
  readonly #lanes = new Map<PeerId, BlobLane>()

  constructor(parts: {
    connectionOf(peer: PeerId): Connection | undefined
    tuning: Tuning
    bandwidths: Bandwidths
  }) {
    this.#connectionOf = parts.connectionOf
    this.#tuning = parts.tuning
    this.#bandwidths = parts.bandwidths
  }

  /** Drops the streams that rest. Transfers are ended by their signals. */
  stop(): void {
    for (const lane of this.#lanes.values()) lane.stop()
  }

  /** The blob's bytes, size and hash checked at the end: `blob-missing`, `blob-mismatch`, `blob-busy`, `interrupted`. */
  async *fetch(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    if (this.#isSmall(blob)) {
      const body = await this.#runSmall(from, new SmallTransfer('get', { blob, signal }), signal)
      if (body.byteLength > 0) yield body
    } else yield* this.#fetchLarge(from, blob, signal)
  }

  /** Resolves when the other member has stored and verified it (or had it). */
  async push(to: PeerId, blob: BlobRef, data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    if (this.#isSmall(blob)) await this.#runSmall(to, new SmallTransfer('push', { blob, data, signal }), signal)
    else await this.#pushLarge(to, { blob, data, signal })
  }

  #isSmall({ sizeBytes }: BlobRef): boolean {
    return sizeBytes <= this.#tuning.blobBatchBytesMax / 4
  }

  async #runSmall(peer: PeerId, transfer: SmallTransfer, signal: AbortSignal): Promise<Uint8Array> {
    signal.throwIfAborted()
    const lane = this.#laneTo(peer)
    transfer.onGone = () => lane.slots.remove(transfer)
    try {
      lane.slots.add(transfer)
    } catch (error) {
      transfer.fail(error)
    }
    return await transfer.ended
  }

  async *#fetchLarge(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted()
    const lane = this.#laneTo(from)
    const release = await lane.slots.take(signal)
    let exchange: Exchange | undefined
    let done = false
    try {
      const asked = await lane.ask({ op: 'get', blobs: [blob] }, signal)
      exchange = asked.exchange
      const [reply] = asked.replies
      if (reply?.ok) {
        const hash = createHash('sha256')
        const body = exchange.readBody(blob.sizeBytes)
        for await (const chunk of this.#bandwidths.receiving(from, body, blob.sizeBytes)) {
          hash.update(chunk)
          yield chunk
        }
        done = true
        checkHash(from, blob, hash.digest('hex'))
      } else {
        done = true
        throw lane.errorOf(reply!)
      }
    } finally {
      if (exchange && done) lane.giveBack(exchange)
      else exchange?.abort(new Error('not wanted any more'))
      release()
    }
  }

  async #pushLarge(
    to: PeerId,
    { blob, data, signal }: { blob: BlobRef; data: AsyncIterable<Uint8Array>; signal: AbortSignal },
  ): Promise<void> {
    signal.throwIfAborted()
    const lane = this.#laneTo(to)
    const release = await lane.slots.take(signal)
    const request = { op: 'push' as const, blobs: [blob] }
    let exchange: Exchange | undefined
    try {
      const asked = await lane.ask(request, signal)
      exchange = asked.exchange
      let reply = asked.replies[0]!
      if (isWanted(reply)) {
        await exchange.write({ given: [true] })
        const sent = this.#bandwidths.sending(to, blob.sizeBytes)
        await exchange.writeBody(data, blob.sizeBytes, this.#tuning.blobChunkBytes)
        const stored = await lane.readReplies(exchange, request)
        sent()
        reply = stored[0]!
      }
      lane.giveBack(exchange)
      exchange = undefined
      if (!reply.ok) throw lane.errorOf(reply)
    } catch (error) {
      exchange?.abort(error as Error)
      throw error
    } finally {
      release()
    }
  }

  #laneTo(peer: PeerId): BlobLane {
    const known = this.#lanes.get(peer)
    if (known) return known
    const lane = new BlobLane({
      peer,
      tuning: this.#tuning,
      open: (signal) => this.#open(peer, signal),
      onEmpty: () => {
        if (this.#lanes.get(peer) === lane) this.#lanes.delete(peer)
      },
    })
    this.#lanes.set(peer, lane)
    return lane
  }

  async #open(peer: PeerId, signal: AbortSignal): Promise<Exchange> {
    const connection = this.#connectionOf(peer)
    if (connection === undefined)
      throw new CodedError('not-connected', `no open link to ${peer}; wait until it is back`)
    const within = AbortSignal.any([signal, AbortSignal.timeout(this.#tuning.handshakeMsMax)])
    try {
      const stream = await connection.newStream(blobProtocol, { signal: within, maxOutboundStreams: maxStreams.blob })
      const { receiveBufferBytesMax, blobStallMsMax } = this.#tuning
      return new Exchange(stream, { bufferBytesMax: receiveBufferBytesMax, stallMsMax: blobStallMsMax })
    } catch (cause) {
      signal.throwIfAborted()
      throw new CodedError('interrupted', `no transfer with ${peer}: ${(cause as Error).message}`, { cause })
    }
  }
}
