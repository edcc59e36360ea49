import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { MarketConfig } from './config.ts'

interface Hold {
  asker: PeerId
  untilMs: Millis
}

/**
 * Bids for long tasks that may still be awarded: such room is not bid twice. Two askers that are offered one slot cost the
 * slower one its place, and so a round trip or more; a long task keeps the slot for many. Nothing is taken out of the
 * ledger: whoever awards a task finds what is free. Counted in bids, whatever their size: measured, that is better than by
 * what they ask for, as most bids are not awarded.
 *
 * I7 a hold ends by itself after a round trip, `holdMsMax` at the most; an asker has at most `holdsPerAskerMax` at once.
 */
export class Holds {
  readonly #config: Pick<MarketConfig, 'holdRoundTrips' | 'holdMsMax' | 'holdRunsMin' | 'holdsPerAskerMax' | 'holdsMax'>
  /** the oldest first */
  #holds: Hold[] = []
  #made = 0
  #turnedAway = 0

  constructor(config: MarketConfig) {
    this.#config = config
  }

  /** How long room is held for an asker that is so far away; undefined: such tasks are known to be too short for it. */
  holdMs(runMsP90: Millis | undefined, rttMs: Millis): Millis | undefined {
    const { holdRoundTrips, holdMsMax, holdRunsMin } = this.#config
    const ms = Math.min(holdMsMax, holdRoundTrips * rttMs)
    return (runMsP90 ?? Infinity) >= holdRunsMin * ms ? ms : undefined
  }

  /** Until when all of the room for so many is held; undefined: it is not. */
  heldUntilMs(room: number, now: Millis): Millis | undefined {
    this.#holds = this.#holds.filter(({ untilMs }) => untilMs > now)
    if (this.#holds.length < room) return undefined
    this.#turnedAway++
    return Math.min(...this.#holds.map(({ untilMs }) => untilMs))
  }

  /** A bid was made. */
  add(asker: PeerId, forMs: Millis, now: Millis): void {
    const { holdsPerAskerMax, holdsMax } = this.#config
    const own = this.#holds.filter((hold) => hold.asker === asker).length
    if (own >= holdsPerAskerMax || this.#holds.length >= holdsMax) return
    this.#holds.push({ asker, untilMs: now + forMs })
    this.#made++
  }

  counters(): Record<string, number> {
    return { 'hold.made': this.#made, 'hold.turnedAway': this.#turnedAway }
  }

  snapshot(): readonly Hold[] {
    return this.#holds
  }
}
