import { BoundedMap } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** Peers remembered; those of which nothing was heard for the longest are forgotten first. */
const peersMax = 4_096

/** How fast large transfers with other peers went of late, as the driver has measured. */
export class TransferRates {
  readonly #rates = new BoundedMap<PeerId, number>(peersMax)

  /** What is no speed is not believed. */
  note(peer: PeerId, bytesPerMs: number): void {
    if (bytesPerMs > 0 && bytesPerMs < Infinity) this.#rates.push(peer, bytesPerMs)
  }

  /** undefined: none was measured */
  bytesPerMs(peer: PeerId): number | undefined {
    return this.#rates.get(peer)
  }
}
