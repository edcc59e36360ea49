import type { Millis } from '@souk/kernel'
import type { MarketConfig } from './config.ts'
import type { Durations } from './durations.ts'
import type { MembersView } from './views.ts'

/** Times of the market that follow from round trips: when auctions close, how long lots pause, which tasks are short. */
export class Pace {
  readonly #config: MarketConfig
  readonly #durations: Durations
  readonly #members: MembersView

  constructor(config: MarketConfig, durations: Durations, members: MembersView) {
    this.#config = config
    this.#durations = durations
    this.#members = members
  }

  /** How long an auction waits for answers. */
  closeMs(): Millis {
    const { closeMsMin, closeMsMax } = this.#config
    return Math.min(closeMsMax, Math.max(closeMsMin, 1.5 * this.#rtt() + 2))
  }

  /** First pause of a lot for which no host had room. */
  quietMsFirst(): Millis {
    return 4 * this.#rtt()
  }

  /**
   * How many bids that start at once are enough to close: one for short tasks, since waiting for another costs more than it
   * could gain; never enough where the choice can strand devices.
   */
  bidsEnough(className: string, strands: boolean): number {
    if (this.isShort(className)) return 1
    return strands ? Number.POSITIVE_INFINITY : this.#config.bidsEnough
  }

  /** Whether tasks of the class take less than a few round trips; false if nothing is known of it. */
  isShort(className: string): boolean {
    const mean = this.#durations.supposedMs(className)
    return mean !== undefined && mean < this.#config.shortRoundTrips * this.#rtt()
  }

  /** So much work a host takes ahead of its room, so that its slots need not wait for the way. */
  aheadMs(): Millis {
    return Math.ceil(Math.min(this.#config.aheadMsMax, this.#config.aheadRoundTrips * this.#rtt()))
  }

  #rtt(): Millis {
    return this.#members.rttP95() ?? this.#config.rttMsUnknown
  }
}
