import { setTimeout as pause } from 'node:timers/promises'
import { CodedError } from '@souk/runtime'
import type { PeerId } from '@souk/wire'
import { checkBody } from './blob-hash.ts'
import { BlobReplies, type BlobReply, type BlobRequest, blobsPerRequestMax, isWanted } from './blob-messages.ts'
import { BlobStreams } from './blob-streams.ts'
import type { Exchange } from './exchange.ts'
import { gatherBody } from './small-body.ts'
import type { SmallTransfer } from './small-transfer.ts'
import { TransferSlots } from './transfer-slots.ts'
import type { Tuning } from './tuning.ts'

/** Times that a busy peer is asked again; with pauses that double up to their limit, jittered, about a minute. */
const busyRetriesMax = 40
const busyPauseMsMin = 50
const busyPauseMsMax = 2000

export interface BlobLaneOptions {
  peer: PeerId
  tuning: Tuning
  /** a new stream to it */
  open(signal: AbortSignal): Promise<Exchange>
  /** nothing goes on and no stream is left */
  onEmpty(): void
}

/** All our transfers with one peer. */
export class BlobLane {
  readonly slots: TransferSlots<SmallTransfer>
  readonly #peer: PeerId
  readonly #tuning: Tuning
  readonly #streams: BlobStreams
  readonly #onEmpty: () => void

  constructor({ peer, tuning, open, onEmpty }: BlobLaneOptions) {
    this.#peer = peer
    this.#tuning = tuning
    this.#onEmpty = onEmpty
    this.#streams = new BlobStreams({ open, idleMsMax: tuning.blobIdleMsMax, onEmpty: () => this.#settle() })
    const limits = {
      slots: tuning.blobsPerPeerMax,
      waitingMax: tuning.blobsWaitingMax,
      batchItemsMax: blobsPerRequestMax,
      batchBytesMax: tuning.blobBatchBytesMax,
    }
    this.slots = new TransferSlots(limits, {
      runBatch: (batch) => this.#runBatch(batch),
      onIdle: () => this.#settle(),
    })
  }

  stop(): void {
    this.#streams.stop()
  }

  giveBack(exchange: Exchange): void {
    this.#streams.giveBack(exchange)
  }

  /** Asks, and asks a busy peer again a few times. The stream is the caller's, who gives it back or aborts it. */
  async ask(request: BlobRequest, signal: AbortSignal): Promise<{ exchange: Exchange; replies: BlobReply[] }> {
    for (let attempt = 0; ; attempt++) {
      const asked = await this.#askOnce(request, signal)
      if (attempt >= busyRetriesMax || asked.replies.some(({ code }) => code !== 'blob-busy')) return asked
      this.giveBack(asked.exchange)
      const pauseMs = Math.min(busyPauseMsMax, busyPauseMsMin * 2 ** Math.min(attempt, 10))
      await pause(pauseMs * (0.5 + Math.random()), undefined, { signal })
    }
  }

  /** As many replies as there are blobs in the request. */
  async readReplies(exchange: Exchange, { blobs }: BlobRequest): Promise<BlobReply[]> {
    const { replies } = await exchange.read(BlobReplies)
    if (replies.length === blobs.length) return replies
    throw new CodedError('message-malformed', `${this.#peer} gave ${replies.length} replies for ${blobs.length} blobs`)
  }

  /** What a refusal means here. */
  errorOf({ code, message }: BlobReply): CodedError {
    return new CodedError(code, `${this.#peer}: ${message}`)
  }

  #settle(): void {
    if (this.slots.idle && this.#streams.idle) this.#onEmpty()
  }

  async #askOnce(request: BlobRequest, signal: AbortSignal) {
    for (let how: 'any' | 'new' = 'any'; ; how = 'new') {
      const { exchange, used } = await this.#streams.take(signal, how)
      try {
        await exchange.write(request)
        return { exchange, replies: await this.readReplies(exchange, request) }
      } catch (error) {
        exchange.abort(error as Error)
        // a stream that rested may have been closed over there just now; nothing was done then
        if (!used || (error as CodedError).code !== 'interrupted') throw error
      }
    }
  }

  /** Never rejects: each transfer ends on its own. */
  async #runBatch(batch: SmallTransfer[]): Promise<void> {
    const abort = new AbortController()
    let open = batch.length
    for (const transfer of batch) {
      transfer.onGone = () => {
        if (--open === 0) abort.abort(new CodedError('interrupted', 'nobody wants it any more'))
      }
    }
    let exchange: Exchange | undefined
    try {
      const request = { op: batch[0]!.op, blobs: batch.map(({ blob }) => blob) }
      const asked = await this.ask(request, abort.signal)
      exchange = asked.exchange
      if (request.op === 'get') await this.#receive(exchange, batch, asked.replies)
      else await this.#give(exchange, request, batch, asked.replies)
      this.giveBack(exchange)
    } catch (error) {
      exchange?.abort(error as Error)
      for (const transfer of batch) transfer.fail(error)
    }
  }

  async #receive(exchange: Exchange, batch: readonly SmallTransfer[], replies: readonly BlobReply[]): Promise<void> {
    for (const [i, transfer] of batch.entries()) {
      const reply = replies[i]!
      if (!reply.ok) transfer.fail(this.errorOf(reply))
      else {
        const body = await exchange.readSmallBody(transfer.blob.sizeBytes)
        try {
          checkBody(this.#peer, transfer.blob, body)
          transfer.succeed(body)
        } catch (error) {
          transfer.fail(error)
        }
      }
    }
  }

  async #give(
    exchange: Exchange,
    request: BlobRequest,
    batch: readonly SmallTransfer[],
    replies: readonly BlobReply[],
  ): Promise<void> {
    const bodies = await Promise.all(batch.map((transfer, i) => this.#bodyFor(transfer, replies[i]!)))
    if (!replies.some(isWanted)) return
    await exchange.write({ given: bodies.map((body) => body !== undefined) })
    const given = bodies.filter((body) => body !== undefined)
    await exchange.writeSmallBodies(given, this.#tuning.blobChunkBytes)
    const stored = await this.readReplies(exchange, request)
    for (const [i, transfer] of batch.entries()) {
      if (stored[i]!.ok) transfer.succeed()
      else transfer.fail(this.errorOf(stored[i]!))
    }
  }

  /** What is to be sent, if anything; the transfer has ended otherwise. */
  async #bodyFor(transfer: SmallTransfer, reply: BlobReply): Promise<Uint8Array | undefined> {
    if (!reply.ok) transfer.fail(this.errorOf(reply))
    else if (reply.have) transfer.succeed()
    if (!transfer.open || transfer.data === undefined) return undefined
    try {
      return await gatherBody(transfer.data, transfer.blob)
    } catch (error) {
      transfer.fail(error)
      return undefined
    }
  }
}
