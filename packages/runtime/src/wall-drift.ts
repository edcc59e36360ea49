import type { Millis, WallMillis } from '@souk/kernel'

/** ordinary corrections of a clock stay below; what sleeps does so for longer */
const behindMsMax = 1_000

/**
 * How far the wall clock has gone ahead of the monotonic one since somebody was told of both: a host that sleeps stops the
 * latter. A wall clock that was set back is not followed: times that were told would come again.
 */
export class WallDrift {
  #aheadMs: Millis

  constructor(now: Millis, wallMs: WallMillis) {
    this.#aheadMs = wallMs - now
  }

  /** True, once, when times of day would be told too early. */
  look(now: Millis, wallMs: WallMillis): boolean {
    const aheadMs = wallMs - now
    if (aheadMs - this.#aheadMs <= behindMsMax) return false
    this.#aheadMs = aheadMs
    return true
  }
}
