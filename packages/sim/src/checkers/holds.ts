import type { Frame } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** So long room may be held for who was bid it (I7; `holdMsMax` of the market), with what clocks may be apart. */
const heldMsMax = 250
const driftMsMax = 10

/**
 * I7: room that was bid is held for a bounded time. Whoever is turned away because of a hold is told how much longer that
 * lasts, and some bid was made so shortly before that the hold cannot have outlived its bound.
 */
export class HoldsChecker implements Watch {
  readonly #violations: Violations
  /** by host: when it last made a bid */
  readonly #bidMs = new Map<string, number>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onFrame({ id }: SimNode, _to: SimNode, { messages }: Frame, now: number): void {
    for (const message of messages) {
      if (message.t === 'bid') this.#bidMs.set(id, now)
      else if (message.t === 'noBid' && message.refusal.code === 'reserved') {
        const { etaMs = Infinity, never } = message.refusal
        const agoMs = now - (this.#bidMs.get(id) ?? -Infinity)
        if (!never && etaMs <= heldMsMax && agoMs <= heldMsMax + driftMsMax) continue
        this.#violations.safety('I7', now, `${id} holds room for ${etaMs} ms yet, bid ${agoMs} ms ago`)
      }
    }
  }
}
