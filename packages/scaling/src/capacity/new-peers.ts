import type { Millis } from '@souk/kernel'
import type { CapacityConfig } from './config.ts'

/** how much a new measurement moves what a start is expected to take (guess) */
const startWeight = 0.3

type Declared = Pick<CapacityConfig, 'scaler' | 'startMs' | 'slotsPerPeer'>

/** Plain data, to be kept over restarts. */
export interface NewPeersSaved {
  startMs: Millis
  slots: number
  /** what was declared meanwhile: measured beside anything else it says nothing */
  declared: Declared
}

/** How long a new peer takes and what it brings: as declared until one was seen to come. */
export class NewPeers {
  readonly #declared: Declared
  #startMs: Millis
  #slots: number

  constructor({ scaler, startMs, slotsPerPeer }: Declared) {
    this.#declared = { scaler, startMs, slotsPerPeer }
    this.#startMs = startMs
    this.#slots = slotsPerPeer
  }

  /** from the order until it is there */
  get startMs(): Millis {
    return this.#startMs
  }

  get slots(): number {
    return this.#slots
  }

  /** One has come. */
  came(tookMs: Millis, slots: number): void {
    this.#startMs += startWeight * (tookMs - this.#startMs)
    this.#slots = Math.max(1, slots)
  }

  save(): NewPeersSaved {
    return { startMs: this.#startMs, slots: this.#slots, declared: this.#declared }
  }

  /** What an earlier life has measured, unless it was told something else than this one. */
  restore(saved: unknown): void {
    const { startMs, slots, declared } = (saved ?? {}) as Partial<NewPeersSaved>
    const { scaler, startMs: startDeclared, slotsPerPeer } = this.#declared
    if (declared?.scaler !== scaler || declared?.startMs !== startDeclared || declared?.slotsPerPeer !== slotsPerPeer)
      return
    if (typeof startMs !== 'number' || typeof slots !== 'number') return
    if (!(startMs > 0 && slots >= 1 && Number.isFinite(startMs + slots))) return
    this.#startMs = startMs
    this.#slots = slots
  }
}
