import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/** One bid for a long task whose asker may still award it. */
export interface Hold {
  readonly asker: PeerId
  /** of the asker */
  readonly lot: number
  readonly sinceMs: Millis
}

/** How long room is held for an asker that is so far away; undefined: such tasks are known to be too short for it. */
export function holdMsFor(
  { holdRoundTrips, holdMsMax, holdRunsMin }: MarketConfig,
  runMsP90: Millis | undefined,
  rttMs: Millis,
): Millis | undefined {
  const ms = Math.min(holdMsMax, holdRoundTrips * rttMs)
  return (runMsP90 ?? Infinity) >= holdRunsMin * ms ? ms : undefined
}

/**
 * Bids for long tasks that may still be awarded: such room is not bid twice. Two askers that are offered one slot cost the
 * slower one its place, and so a round trip or more; a long task keeps the slot for many. Nothing is taken out of the
 * ledger: whoever awards a task finds what is free. Counted in bids, whatever their size: measured, that is better than by
 * what they ask for, as most bids are not awarded.
 *
 * I7 a hold ends with its award or the notice that its auction went elsewhere, else by itself after `holdRoundTrips`,
 * `holdMsMax` at the most; an asker has at most `holdsPerAskerMax` at once.
 */
export class Holds {
  readonly #config: Pick<MarketConfig, 'holdsPerAskerMax' | 'holdsMax'>
  readonly #ends = new Deadlines<Hold>()
  #turnedAway = 0

  constructor(config: MarketConfig) {
    this.#config = config
  }

  /** Until when all of the room for so many is held; undefined: it is not. What has ended must be taken out before. */
  heldUntilMs(room: number): Millis | undefined {
    if (this.#ends.size < room) return undefined
    this.#turnedAway++
    return this.#ends.next()
  }

  /** A bid is made; undefined: nothing is held for it, there are enough. */
  add(asker: PeerId, lot: number, forMs: Millis, now: Millis): Hold | undefined {
    const { holdsPerAskerMax, holdsMax } = this.#config
    const holds = this.snapshot()
    if (holds.length >= holdsMax || holds.filter((hold) => hold.asker === asker).length >= holdsPerAskerMax) return
    const hold = { asker, lot, sinceMs: now }
    this.#ends.set(hold, now + forMs)
    return hold
  }

  /**
   * A baton has come that one of these askers awarded by the bid of that time: what was held for it is in the ledger from
   * now on, and must not count a second time.
   */
  release(askers: readonly PeerId[], offeredMs: Millis): Hold | undefined {
    const hold = this.snapshot().find((one) => Math.floor(one.sinceMs) === offeredMs && askers.includes(one.asker))
    if (hold) this.#ends.delete(hold)
    return hold
  }

  /** That auction of it is over, and went elsewhere. */
  giveUp(asker: PeerId, lot: number): Hold | undefined {
    const hold = this.snapshot().find((one) => one.lot === lot && one.asker === asker)
    if (hold) this.#ends.delete(hold)
    return hold
  }

  /** The next one that has ended by itself. */
  popEnded(now: Millis): Hold | undefined {
    return this.#ends.popDue(now)
  }

  nextEnd(): Millis | undefined {
    return this.#ends.next()
  }

  counters(): Record<string, number> {
    return { 'hold.turnedAway': this.#turnedAway }
  }

  snapshot(): Hold[] {
    return this.#ends.entries().map(({ key }) => key)
  }
}
