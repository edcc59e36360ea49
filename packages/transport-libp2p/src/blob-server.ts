import type { Connection, Stream } from '@libp2p/interface'
import { type BlobStore, CodedError } from '@souk/runtime'
import type { PeerId, Role } from '@souk/wire'
import { accepted, BlobRequest, refusal } from './blob-messages.ts'
import { Exchange } from './exchange.ts'
import type { Tuning } from './tuning.ts'

export interface BlobServerOptions {
  blobs: BlobStore
  tuning: Tuning
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

  /** Serves one transfer. Never rejects. */
  async onStream(stream: Stream, connection: Connection): Promise<void> {
    const { tuning } = this.#options
    const peer = connection.remotePeer.toString()
    const exchange = new Exchange(stream, {
      bufferBytesMax: tuning.receiveBufferBytesMax,
      stallMsMax: tuning.blobStallMsMax,
      signal: this.#stopping.signal,
    })
    try {
      await this.#serve(exchange, peer)
      await exchange.close()
    } catch (error) {
      const { code } = error as { code?: unknown }
      if (code !== 'interrupted') this.#options.rejected(peer, String(code ?? 'blob-failed'), (error as Error).message)
      exchange.abort(error as Error)
    }
  }

  async #serve(exchange: Exchange, peer: PeerId): Promise<void> {
    const { tuning, admit } = this.#options
    // a connection alone proves only the network key
    const within = AbortSignal.any([this.#stopping.signal, AbortSignal.timeout(tuning.handshakeMsMax)])
    const role = await admit(peer, within).catch(() => {
      throw new CodedError('not-a-member', `${peer} asked for a transfer without a verified certificate`)
    })
    const { op, blob } = await exchange.read(BlobRequest)
    if (op === 'push' && !givers.has(role)) {
      this.#options.rejected(peer, 'not-allowed', `it gave a blob to keep, as ${role ?? 'no member'}`)
      await exchange.write(refusal('not-allowed', 'only members that run or submit tasks give others blobs to keep'))
    } else if (blob.sizeBytes > tuning.blobBytesMax) {
      await exchange.write(
        refusal('blob-too-large', `${blob.sizeBytes} bytes, at most ${tuning.blobBytesMax} are taken`),
      )
    } else if (this.#open >= tuning.blobsInboundMax) {
      await exchange.write(refusal('blob-busy', `${tuning.blobsInboundMax} transfers are open here`))
    } else {
      this.#open++
      try {
        await this.#transfer(exchange, op, blob)
      } finally {
        this.#open--
      }
    }
  }

  async #transfer(exchange: Exchange, op: BlobRequest['op'], blob: BlobRequest['blob']): Promise<void> {
    const { blobs, tuning } = this.#options
    if (op === 'get') {
      if (await blobs.has(blob.hash)) {
        await exchange.write(accepted)
        await exchange.writeBody(blobs.get(blob.hash), blob.sizeBytes, tuning.blobChunkBytes)
      } else await exchange.write(refusal('blob-missing', `no blob ${blob.hash.slice(0, 12)} here`))
    } else if (await blobs.has(blob.hash)) {
      await exchange.write({ ...accepted, have: true })
    } else {
      await exchange.write(accepted)
      await exchange.write(await this.#keep(exchange, blob))
    }
  }

  async #keep(exchange: Exchange, blob: BlobRequest['blob']) {
    const options = { sizeBytesMax: blob.sizeBytes, expected: blob }
    try {
      await this.#options.blobs.put(exchange.readBody(blob.sizeBytes), options)
      return accepted
    } catch (error) {
      if (!(error instanceof CodedError) || error.code === 'interrupted') throw error
      return refusal(error.code, error.message)
    }
  }
}
