import type { Millis } from '@souk/kernel'
import type { MarketConfig } from './config.ts'
import type { Durations } from './durations.ts'
import type { MembersView } from './views.ts'

/** How long the market waits, measured in the round trips that it sees. */
export class Pace {
  readonly #config: MarketConfig
  readonly #durations: Durations
  readonly #members: MembersView

  constructor(config: MarketConfig, durations: Durations, members: MembersView) {
    this.#config = config
    this.#durations = durations
    this.#members = members
  }

  /** An auction closes after this, whoever has not answered. */
  closeMs(): Millis {
    const { closeMsMin, closeMsMax } = this.#config
    return Math.min(closeMsMax, Math.max(closeMsMin, 1.5 * this.#rtt() + 2))
  }

  /** A lot for which nobody had room is quiet for this long at first. */
  quietMsFirst(): Millis {
    return 4 * this.#rtt()
  }

  /**
   * For tasks of a few round trips the first bid that starts at once will do: another costs more than it could gain.
   * Where the choice can strand devices every bid is worth hearing.
   */
  bidsEnough(className: string, strands: boolean): number {
    if (this.isShort(className)) return 1
    return strands ? Number.POSITIVE_INFINITY : this.#config.bidsEnough
  }

  /** Tasks that take no longer than a few round trips. */
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
