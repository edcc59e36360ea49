import { BoundedMap } from '@souk/kernel'
import type { BlobRef, PeerId } from '@souk/wire'
import { type BlobAccess, type BlobStore, CodedError, type Transport } from './ports.ts'

/** A copy that another peer does not take within this, and within `copyBytesPerMsMin`, is skipped. */
const copyMsMax = 60_000
const copyBytesPerMsMin = 1000
/** What is written is given to all its copies, but no longer waited for than until so many have it. */
const copiesEnough = 2
/** Who was found to have a blob is not asked again for a while: many tasks of a batch share their inputs. */
const knownMsMax = 10 * 60_000
const knownMax = 100_000

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
  /** by peer and hash */
  readonly #giving = new Map<string, Promise<boolean>>()
  /** when a peer was last known to have a blob */
  readonly #known = new BoundedMap<string, number>(knownMax)

  constructor(options: PeerBlobsOptions) {
    this.#options = options
  }

  /**
   * Fetches first where it is not here, so that a reader never gets a part of one that is not whole.
   * Codes: `blob-missing` when no peer of `from` gave it, `disk-full`.
   */
  async *read(blob: BlobRef, from: PeerId[], signal: AbortSignal): AsyncGenerator<Uint8Array> {
    await this.bring(blob, from, signal)
    yield* this.#options.blobs.get(blob.hash)
  }

  /** Resolves once it is here, fetched from one of `from` where it was not. Codes as in `read`. */
  async bring(blob: BlobRef, from: readonly PeerId[], signal: AbortSignal): Promise<void> {
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
  }

  async write(
    data: AsyncIterable<Uint8Array>,
    copies: PeerId[],
    sizeBytesMax: number,
    signal: AbortSignal,
  ): Promise<BlobRef> {
    const { transport, blobs } = this.#options
    const blob = await blobs.put(data, { sizeBytesMax })
    const others = copies.filter((peer) => peer !== transport.self)
    await this.give(blob, others, copiesEnough, signal)
    signal.throwIfAborted()
    return blob
  }

  /**
   * Gives a blob that is here to other peers; resolves with how many have it, once `enough` do or all were tried. The
   * rest goes on. Never rejects: a copy that cannot be made is skipped, after a minute (a batch of tasks brings many at once, which wait for each other) and a second more for each MB.
   */
  give(blob: BlobRef, to: readonly PeerId[], enough: number, signal: AbortSignal): Promise<number> {
    return new Promise((resolve) => {
      let left = to.length
      let given = 0
      const decide = () => {
        if (given >= enough || left === 0) resolve(given)
      }
      for (const peer of to) {
        void this.#give(blob, peer, signal).then((has) => {
          left--
          if (has) given++
          decide()
        })
      }
      decide()
    })
  }

  /** That peer had it a few minutes ago. */
  knownAt(peer: PeerId, blob: BlobRef): boolean {
    const atMs = this.#known.get(`${peer}/${blob.hash}`)
    return atMs !== undefined && performance.now() - atMs < knownMsMax
  }

  /** That peer (this one, say) was seen to have it. */
  note(peer: PeerId, blob: BlobRef): void {
    this.#known.push(`${peer}/${blob.hash}`, performance.now())
  }

  async #give(blob: BlobRef, peer: PeerId, signal: AbortSignal): Promise<boolean> {
    if (this.knownAt(peer, blob)) return true
    const key = `${peer}/${blob.hash}`
    const running = this.#giving.get(key)
    if (running) return running
    const giving = this.#push(blob, peer, signal).finally(() => this.#giving.delete(key))
    this.#giving.set(key, giving)
    return giving
  }

  async #push(blob: BlobRef, peer: PeerId, signal: AbortSignal): Promise<boolean> {
    const { transport, blobs, onSkipped } = this.#options
    const msMax = copyMsMax + Math.ceil(blob.sizeBytes / copyBytesPerMsMin)
    try {
      const inTime = AbortSignal.any([signal, AbortSignal.timeout(msMax)])
      await transport.pushBlob(peer, blob, blobs.get(blob.hash), inTime)
      this.note(peer, blob)
      return true
    } catch (error) {
      onSkipped?.(peer, blob, error)
      return false
    }
  }

  async #fetch(blob: BlobRef, from: readonly PeerId[], signal: AbortSignal): Promise<void> {
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
