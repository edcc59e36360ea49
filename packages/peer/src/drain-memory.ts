import type { Millis, WallMillis } from '@souk/kernel'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

/** The one store entry of a drain. */
const key = 'drain/own'

interface StoredDrain {
  sinceWallMs: WallMillis
  /** runs that are left then are stopped; absent: they may run to their end */
  stopWallMs?: WallMillis
}

/** Keeps on disk that this peer was told to drain, so that a restart does not make it take work again. */
export class DrainMemory {
  #stored: StoredDrain | undefined

  /** Reads the entry from the store. */
  load(stored: readonly StoredEntry[]): void {
    this.#stored = stored.find((entry) => entry.key === key)?.value as StoredDrain | undefined
  }

  /** This peer drains, as told in this life or an earlier one. */
  get on(): boolean {
    return this.#stored !== undefined
  }

  /** How a new life goes on with the drain; undefined: it does not drain. */
  resumed(wallMs: WallMillis): { forMs: Millis; deadlineMs?: Millis } | undefined {
    if (!this.#stored) return undefined
    const { sinceWallMs, stopWallMs } = this.#stored
    // The wall clock may have been set back since.
    const forMs = Math.max(0, wallMs - sinceWallMs)
    return stopWallMs === undefined ? { forMs } : { forMs, deadlineMs: Math.max(0, stopWallMs - wallMs) }
  }

  /**
   * What has to be written when the peer is told to drain, or no longer to; also when it is told again, since the disk may have
   * refused the write before.
   */
  decide({ on, deadlineMs }: { on: boolean; deadlineMs?: Millis }, wallMs: WallMillis): Write {
    if (!on) {
      this.#stored = undefined
      return { key, value: undefined }
    }
    const since = { sinceWallMs: this.#stored?.sinceWallMs ?? wallMs }
    this.#stored = deadlineMs === undefined ? since : { ...since, stopWallMs: wallMs + deadlineMs }
    return { key, value: this.#stored }
  }
}
