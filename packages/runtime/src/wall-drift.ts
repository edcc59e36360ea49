import type { Millis, WallMillis } from '@souk/kernel'

/** ordinary corrections of a clock stay below; who sleeps, or has the clock set, does not */
const offMsMax = 1_000

/**
 * How far the wall clock has moved against the monotonic one since somebody was told of both: a host that sleeps stops the
 * latter. One that was set back is followed too, or a wrong jump ahead that was put right would last until a restart; what
 * must not have its times come again, the trace, sees to that itself.
 */
export class WallDrift {
  #aheadMs: Millis

  constructor(now: Millis, wallMs: WallMillis) {
    this.#aheadMs = wallMs - now
  }

  /** True, once, when times of day would be told too early or too late. */
  look(now: Millis, wallMs: WallMillis): boolean {
    const aheadMs = wallMs - now
    if (Math.abs(aheadMs - this.#aheadMs) <= offMsMax) return false
    this.#aheadMs = aheadMs
    return true
  }
}
