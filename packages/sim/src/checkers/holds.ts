import type { TraceEvent } from '@souk/peer'
import type { Frame, PeerId } from '@souk/wire'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** So long room may be held for who was bid it (I7; `holdMsMax` of the market), with what clocks may be apart. */
const heldMsMax = 250
const driftMsMax = 10
/** Bids to one asker that hold room at once (`holdsPerAskerMax`). */
const perAskerMax = 4

interface Held {
  asker: PeerId
  lot: number
  sinceMs: number
}

/**
 * I7: room that was bid is held for a bounded time, and for a bounded number of bids. Whoever is turned away because of a
 * hold is told how much longer that lasts, and some bid was made so shortly before that the hold cannot have outlived its
 * bound. What a host says to hold it says to have given up, too.
 */
export class HoldsChecker implements Watch {
  readonly #violations: Violations
  /** by host: when it last made a bid */
  readonly #bidMs = new Map<string, number>()
  /** by host, of its present life */
  readonly #held = new Map<string, Held[]>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onStart({ id }: SimNode): void {
    this.#held.delete(id)
  }

  onCrash({ id }: SimNode): void {
    this.#held.delete(id)
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

  onTrace({ id }: SimNode, event: TraceEvent, now: number): void {
    if (event.type !== 'hold.reserved' && event.type !== 'hold.released' && event.type !== 'hold.expired') return
    const { asker, lot, ms } = event
    const held = this.#held.get(id) ?? []
    this.#held.set(id, held)
    if (event.type === 'hold.reserved') {
      held.push({ asker, lot, sinceMs: now })
      if (ms > heldMsMax) this.#violations.safety('I7', now, `${id} holds room for ${asker} for ${ms} ms`)
      const own = held.filter((one) => one.asker === asker).length
      if (own > perAskerMax) this.#violations.safety('I7', now, `${id} holds room for ${own} bids to ${asker}`)
      return
    }
    const at = held.findIndex((one) => one.asker === asker && one.lot === lot)
    if (at < 0) this.#violations.safety('I7', now, `${id} gives up room that it did not hold for ${asker}, lot ${lot}`)
    else held.splice(at, 1)
  }

  /** By then nothing stands still any more. */
  onEnd(nodes: readonly SimNode[], _open: unknown, now: number): void {
    for (const { id } of nodes) {
      for (const { asker, sinceMs } of this.#held.get(id) ?? []) {
        const ms = now - sinceMs
        if (ms > heldMsMax + driftMsMax)
          this.#violations.safety('I7', now, `${id} has held room for ${asker} for ${ms} ms`)
      }
    }
  }
}
