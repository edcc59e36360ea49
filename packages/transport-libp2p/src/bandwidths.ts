import { BoundedMap } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** Megabits a second that transfers with one peer had of late; undefined: none was large enough to tell. */
export interface Bandwidth {
  receivedMbps?: number
  sentMbps?: number
}

/** What is smaller says more about the round trip and the buffers on the way than about the way itself (a guess). */
const measuredBytesMin = 1_000_000
/** Weight of a new transfer in the running mean (a guess). */
const newWeight = 0.3
const bytesPerMsOfMbps = 125
/** Peers remembered; those of which nothing came for the longest are forgotten first. */
const peersMax = 4_096

/**
 * How fast the bodies of real transfers went, for each peer and direction: nothing is sent to find out. A way may be faster
 * than that: the disk at its end, or other transfers beside it, may have been what was slow.
 */
export class Bandwidths {
  readonly #now: () => number
  readonly #peers = new BoundedMap<PeerId, Bandwidth>(peersMax)

  readonly #onMeasured: (peer: PeerId, bytesPerMs: number) => void

  /** `now`: monotonic milliseconds; `onMeasured`: after each large transfer, the slower way of the two */
  constructor(now: () => number, onMeasured: (peer: PeerId, bytesPerMs: number) => void) {
    this.#now = now
    this.#onMeasured = onMeasured
  }

  of(peer: PeerId): Bandwidth {
    return { ...this.#peers.get(peer) }
  }

  /** A body goes out; the returned function is called once the other side has said that it has all of it. */
  sending(peer: PeerId, bytes: number): () => void {
    const sinceMs = this.#now()
    return () => this.#note(peer, 'sentMbps', { bytes, ms: this.#now() - sinceMs })
  }

  /** The same body; it counts once it has come to its end. */
  async *receiving(peer: PeerId, body: AsyncIterable<Uint8Array>, bytes: number): AsyncGenerator<Uint8Array> {
    const sinceMs = this.#now()
    yield* body
    this.#note(peer, 'receivedMbps', { bytes, ms: this.#now() - sinceMs })
  }

  #note(peer: PeerId, way: keyof Bandwidth, { bytes, ms }: { bytes: number; ms: number }): void {
    if (bytes < measuredBytesMin || ms <= 0) return
    const mbps = (8 * bytes) / 1000 / ms
    const known = this.#peers.get(peer)
    const mean = known?.[way] ?? mbps
    const measured: Bandwidth = { ...known, [way]: mean + newWeight * (mbps - mean) }
    this.#peers.push(peer, measured)
    const { receivedMbps = Infinity, sentMbps = Infinity } = measured
    this.#onMeasured(peer, Math.min(receivedMbps, sentMbps) * bytesPerMsOfMbps)
  }
}
