import type { Millis, WallMillis } from '@souk/kernel'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

/** There is one entry at most under this prefix. */
const key = 'drain/own'

/** What the store holds of a drain. */
interface StoredDrain {
  sinceWallMs: WallMillis
  /** what still runs then is stopped; absent: it may take as long as it takes */
  stopWallMs?: WallMillis
}

/** That this peer was told to empty itself, on its disk: a restart is no reason to take work again. */
export class DrainMemory {
  #stored: StoredDrain | undefined

  /** What the store holds. */
  load(stored: readonly StoredEntry[]): void {
    this.#stored = stored.find((entry) => entry.key === key)?.value as StoredDrain | undefined
  }

  /** It drains, by what it was told in this life or an earlier one. */
  get on(): boolean {
    return this.#stored !== undefined
  }

  /** How a new life goes on with it; undefined: it does not drain. */
  resumed(wallMs: WallMillis): { forMs: Millis; deadlineMs?: Millis } | undefined {
    if (!this.#stored) return undefined
    const { sinceWallMs, stopWallMs } = this.#stored
    // A wall clock may have been set back meanwhile.
    const forMs = Math.max(0, wallMs - sinceWallMs)
    return stopWallMs === undefined ? { forMs } : { forMs, deadlineMs: Math.max(0, stopWallMs - wallMs) }
  }

  /** What has to be written as it is told to drain, or not to: said again too, since the disk may have refused it before. */
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
