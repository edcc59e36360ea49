import type { BlobRef, PeerId } from '@souk/wire'
import { type BlobAccess, type BlobStore, CodedError, type Transport } from './ports.ts'

/** A copy that another peer does not take within this, and within `copyBytesPerMsMin`, is skipped. */
const copyMsMax = 10_000
const copyBytesPerMsMin = 1000

export interface PeerBlobsOptions {
  blobs: BlobStore
  transport: Transport
  /** a copy that could not be made or a source that did not have it; for the log */
  onSkipped?: (peer: PeerId, blob: BlobRef, error: unknown) => void
}

/** Blobs of this peer and, where they are not here, of others. */
export class PeerBlobs implements BlobAccess {
  readonly #options: PeerBlobsOptions
  /** by hash: many tasks of a batch want the same input at once */
  readonly #fetching = new Map<string, Promise<void>>()

  constructor(options: PeerBlobsOptions) {
    this.#options = options
  }

  /**
   * Fetches first where it is not here, so that a reader never gets a part of one that is not whole.
   * Codes: `blob-missing` when no peer of `from` gave it, `disk-full`.
   */
  async *read(blob: BlobRef, from: PeerId[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { blobs } = this.#options
    while (!(await blobs.has(blob.hash))) {
      signal.throwIfAborted()
      const running = this.#fetching.get(blob.hash)
      if (running) {
        // The other reader may give up; then it is our turn.
        await running.catch(() => {})
        continue
      }
      const fetching = this.#fetch(blob, from, signal).finally(() => this.#fetching.delete(blob.hash))
      this.#fetching.set(blob.hash, fetching)
      await fetching
    }
    yield* blobs.get(blob.hash)
  }

  async write(
    data: AsyncIterable<Uint8Array>,
    copies: PeerId[],
    sizeBytesMax: number,
    signal: AbortSignal,
  ): Promise<BlobRef> {
    const { transport, blobs } = this.#options
    const blob = await blobs.put(data, { sizeBytesMax })
    const inTime = AbortSignal.any([
      signal,
      AbortSignal.timeout(copyMsMax + Math.ceil(blob.sizeBytes / copyBytesPerMsMin)),
    ])
    const others = copies.filter((peer) => peer !== transport.self)
    const push = async (peer: PeerId) => {
      try {
        await transport.pushBlob(peer, blob, blobs.get(blob.hash), inTime)
      } catch (error) {
        this.#options.onSkipped?.(peer, blob, error)
      }
    }
    await Promise.all(others.map(push))
    signal.throwIfAborted()
    return blob
  }

  async #fetch(blob: BlobRef, from: PeerId[], signal: AbortSignal): Promise<void> {
    const { transport, blobs, onSkipped } = this.#options
    const reasons: string[] = []
    for (const peer of from) {
      if (peer === transport.self) continue
      try {
        const data = transport.fetchBlob(peer, blob, signal)
        await blobs.put(data, { sizeBytesMax: blob.sizeBytes, expected: blob })
        return
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof CodedError && error.code === 'disk-full') throw error
        onSkipped?.(peer, blob, error)
        reasons.push(`${peer}: ${(error as Error).message}`)
      }
    }
    const asked = reasons.length > 0 ? reasons.join('; ') : 'no other peer is known to have it'
    throw new CodedError(
      'blob-missing',
      `Blob ${blob.hash} (${blob.sizeBytes} bytes) is not here, and could not be fetched: ${asked}. Submit it again with the task.`,
    )
  }
}
