import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { MarketConfig } from './config.ts'

/** One bid for a long task that its asker may still award. */
export interface Hold {
  readonly asker: PeerId
  /** number of the asker's auction */
  readonly lot: number
  readonly sinceMs: Millis
}

/** How long room is held for an asker with this round trip; undefined: such tasks are known to be too short for a hold. */
export function holdMsFor(
  { holdRoundTrips, holdMsMax, holdRunsMin }: MarketConfig,
  runMsP90: Millis | undefined,
  rttMs: Millis,
): Millis | undefined {
  const ms = Math.min(holdMsMax, holdRoundTrips * rttMs)
  return (runMsP90 ?? Infinity) >= holdRunsMin * ms ? ms : undefined
}

/**
 * Bids for long tasks that may still be awarded. While all room is held, other askers get no bid: if two askers are offered
 * one slot, the slower award bounces, and a long task then keeps the slot for many round trips. Holds take nothing out of
 * the ledger: an award gets whatever is free when it comes. They count bids, whatever their size: measured, that does better
 * than counting what the bids ask for, as most are not awarded.
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

  /** When the first of the holds ends, if there are as many as `room`; undefined: some room is not held. Call popEnded first. */
  heldUntilMs(room: number): Millis | undefined {
    if (this.#ends.size < room) return undefined
    this.#turnedAway++
    return this.#ends.next()
  }

  /** Notes a bid; undefined: it holds nothing, since there are as many holds as there may be. */
  add(asker: PeerId, lot: number, forMs: Millis, now: Millis): Hold | undefined {
    const { holdsPerAskerMax, holdsMax } = this.#config
    const holds = this.snapshot()
    if (holds.length >= holdsMax || holds.filter((hold) => hold.asker === asker).length >= holdsPerAskerMax) return
    const hold = { asker, lot, sinceMs: now }
    this.#ends.set(hold, now + forMs)
    return hold
  }

  /**
   * Ends the hold of the bid that one of these askers has awarded: the task is in the ledger from now on, so that its room
   * would count twice. A baton names its bid by `offeredMs` only, hence the askers on its path.
   */
  release(askers: readonly PeerId[], offeredMs: Millis): Hold | undefined {
    const hold = this.snapshot().find((one) => Math.floor(one.sinceMs) === offeredMs && askers.includes(one.asker))
    if (hold) this.#ends.delete(hold)
    return hold
  }

  /** Ends the hold of an auction that went elsewhere. */
  giveUp(asker: PeerId, lot: number): Hold | undefined {
    const hold = this.snapshot().find((one) => one.lot === lot && one.asker === asker)
    if (hold) this.#ends.delete(hold)
    return hold
  }

  /** Removes the next hold whose time is over. */
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
