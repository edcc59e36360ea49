import type { ScaleIntent } from '@souk/peer'
import type { Scaler } from '@souk/runtime'
import { limits, type PeerId } from '@souk/wire'

/** The rest is for people. */
const removalsMax = limits.removalsMax / 2

export interface Removals {
  /** how many there were in this mesh */
  count(): number
  /** ends the membership of a peer for good */
  remove(peer: PeerId): Promise<unknown>
}

/**
 * A scaler whose peers are no members any more once they have ended: their keys are gone with them. A mesh that grows and
 * shrinks would else count ever more members, of most of whom nobody could ever hear again.
 */
export class RemovingScaler implements Scaler {
  readonly kind: string
  readonly #scaler: Scaler
  readonly #removals: Removals

  constructor(scaler: Scaler, removals: Removals) {
    this.kind = scaler.kind
    this.#scaler = scaler
    this.#removals = removals
  }

  async act(intent: ScaleIntent, signal: AbortSignal): Promise<void> {
    await this.#scaler.act(intent, signal)
    const { kind, peer } = intent
    if (kind === 'shrink' && peer !== undefined && this.#removals.count() < removalsMax)
      await this.#removals.remove(peer)
  }

  stop(): Promise<void> {
    return this.#scaler.stop()
  }
}
