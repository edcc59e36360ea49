import { BoundedMap } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** Peers remembered; the one longest without a measurement is forgotten first. */
const peersMax = 4_096

/** Rates of recent large transfers with other peers, as measured by the driver. */
export class TransferRates {
  readonly #rates = new BoundedMap<PeerId, number>(peersMax)

  /** Ignores figures that cannot be rates. */
  note(peer: PeerId, bytesPerMs: number): void {
    if (bytesPerMs > 0 && bytesPerMs < Infinity) this.#rates.push(peer, bytesPerMs)
  }

  /** undefined: not measured */
  bytesPerMs(peer: PeerId): number | undefined {
    return this.#rates.get(peer)
  }
}
