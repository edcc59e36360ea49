import type { Connection, Stream } from '@libp2p/interface'
import { type BlobStore, CodedError } from '@souk/runtime'
import type { BlobRef, PeerId, Role } from '@souk/wire'
import type { Bandwidths } from './bandwidths.ts'
import { accepted, answer, type BlobReply, BlobRequest, BlobsGiven, had, isWanted, refusal } from './blob-messages.ts'
import { Exchange } from './exchange.ts'
import { gatherBody, oneBody } from './small-body.ts'
import type { Tuning } from './tuning.ts'

export interface BlobServerOptions {
  blobs: BlobStore
  tuning: Tuning
  bandwidths: Bandwidths
  /** the role of this peer, once its certificate was verified on an open link; rejects when it will not be */
  admit(peer: PeerId, signal: AbortSignal): Promise<Role | undefined>
  rejected(peer: PeerId, code: string, detail: string): void
}

/** Whose blobs others keep copies of: those that run tasks or submit them. */
const givers = new Set<Role | undefined>(['host', 'admin', 'submit'])

/** Other members' transfers: what they read here and what they give us to keep. */
export class BlobServer {
  readonly #options: BlobServerOptions
  readonly #stopping = new AbortController()
  #open = 0

  constructor(options: BlobServerOptions) {
    this.#options = options
  }

  stop(): void {
    this.#stopping.abort()
  }

  /** Serves one request after another until the other side ends the stream or asks nothing more. Never rejects. */
  async onStream(stream: Stream, connection: Connection): Promise<void> {
    const { tuning } = this.#options
    const peer = connection.remotePeer.toString()
    const limits = { bufferBytesMax: tuning.receiveBufferBytesMax, stallMsMax: tuning.blobStallMsMax }
    const exchange = new Exchange(stream, limits).begin(this.#stopping.signal)
    try {
      await this.#admit(peer)
      while (await exchange.more(3 * tuning.blobIdleMsMax)) {
        // it may have been shut out since the last request
        const role = await this.#admit(peer)
        await this.#serve(exchange, peer, role)
      }
      await exchange.close()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'interrupted' && !this.#stopping.signal.aborted) {
        this.#options.rejected(peer, String(code ?? 'blob-failed'), (error as Error).message)
      }
      exchange.abort(error as Error)
    }
  }

  /** A connection alone proves only the network key. */
  async #admit(peer: PeerId): Promise<Role | undefined> {
    const { tuning, admit } = this.#options
    const within = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(tuning.handshakeMsMax)])
    return await admit(peer, within).catch(() => {
      throw new CodedError('not-a-member', `${peer} asked for a transfer without a verified certificate`)
    })
  }

  async #serve(exchange: Exchange, peer: PeerId, role: Role | undefined): Promise<void> {
    const request = await exchange.read(BlobRequest)
    const refused = this.#refusalOf(request, peer, role)
    if (refused) {
      await exchange.write(answer(request.blobs.map(() => refused)))
      return
    }
    this.#open++
    try {
      if (request.op === 'push') await this.#take(exchange, peer, request.blobs)
      else if (this.#isBatch(request.blobs)) await this.#sendBatch(exchange, request.blobs)
      else await this.#send(exchange, request.blobs[0]!)
    } finally {
      this.#open--
    }
  }

  /** Why nothing of it is done. */
  #refusalOf({ op, blobs }: BlobRequest, peer: PeerId, role: Role | undefined): BlobReply | undefined {
    const { blobBytesMax, blobBatchBytesMax, blobsInboundMax } = this.#options.tuning
    if (op === 'push' && !givers.has(role)) {
      this.#options.rejected(peer, 'not-allowed', `it gave a blob to keep, as ${role ?? 'no member'}`)
      return refusal('not-allowed', 'only members that run or submit tasks give others blobs to keep')
    }
    const bytes = totalBytes(blobs)
    const bytesMax = blobs.length > 1 ? Math.min(blobBatchBytesMax, blobBytesMax) : blobBytesMax
    if (bytes > bytesMax) return refusal('blob-too-large', `${bytes} bytes, at most ${bytesMax} are taken`)
    if (this.#open >= blobsInboundMax) return refusal('blob-busy', `${blobsInboundMax} transfers are open here`)
    return undefined
  }

  /** In memory, so that each is answered for on its own; one that is larger goes through as a stream. */
  #isBatch(blobs: readonly BlobRef[]): boolean {
    return totalBytes(blobs) <= this.#options.tuning.blobBatchBytesMax
  }

  async #send(exchange: Exchange, blob: BlobRef): Promise<void> {
    const { blobs, tuning } = this.#options
    if (await blobs.has(blob.hash)) {
      await exchange.write(answer([accepted]))
      await exchange.writeBody(blobs.get(blob.hash), blob.sizeBytes, tuning.blobChunkBytes)
    } else await exchange.write(answer([refusal('blob-missing', `no blob ${blob.hash.slice(0, 12)} here`)]))
  }

  async #sendBatch(exchange: Exchange, wanted: readonly BlobRef[]): Promise<void> {
    const { blobs, tuning } = this.#options
    const found = await Promise.all(
      wanted.map((blob) => gatherBody(blobs.get(blob.hash), blob).catch((error: unknown) => refusalFor(error))),
    )
    await exchange.write(answer(found.map((body) => (body instanceof Uint8Array ? accepted : body))))
    const bodies = found.filter((body) => body instanceof Uint8Array)
    await exchange.writeSmallBodies(bodies, tuning.blobChunkBytes)
  }

  async #take(exchange: Exchange, peer: PeerId, offered: readonly BlobRef[]): Promise<void> {
    const { blobs, bandwidths } = this.#options
    const replies = await Promise.all(offered.map(async ({ hash }) => ((await blobs.has(hash)) ? had : accepted)))
    await exchange.write(answer(replies))
    if (!replies.some(isWanted)) return
    const { given } = await exchange.read(BlobsGiven)
    if (given.length !== offered.length || given.some((is, i) => is && !isWanted(replies[i]!))) {
      throw new CodedError('message-malformed', 'bodies were announced that nobody asked for')
    }
    const bodies: (AsyncIterable<Uint8Array> | undefined)[] = []
    for (const [i, { sizeBytes }] of offered.entries()) {
      if (!given[i]) bodies.push(undefined)
      else if (this.#isBatch(offered)) bodies.push(oneBody(await exchange.readSmallBody(sizeBytes)))
      else bodies.push(bandwidths.receiving(peer, exchange.readBody(sizeBytes), sizeBytes))
    }
    const notGiven = refusal('blob-missing', 'its body was not given')
    const stored = await Promise.all(
      offered.map(async (blob, i) => {
        const body = bodies[i]
        if (body) return await this.#keep(body, blob)
        return isWanted(replies[i]!) ? notGiven : replies[i]!
      }),
    )
    await exchange.write(answer(stored))
  }

  async #keep(body: AsyncIterable<Uint8Array>, blob: BlobRef): Promise<BlobReply> {
    const options = { sizeBytesMax: blob.sizeBytes, expected: blob }
    return await this.#options.blobs.put(body, options).then(() => accepted, refusalFor)
  }
}

function totalBytes(blobs: readonly BlobRef[]): number {
  return blobs.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}

/** What went wrong with one blob, and not with the stream. */
function refusalFor(error: unknown): BlobReply {
  if (error instanceof CodedError && error.code !== 'interrupted') return refusal(error.code, error.message)
  throw error
}
