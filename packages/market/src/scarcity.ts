import { BoundedMap } from '@souk/kernel'
import type { MarketConfig } from './config.ts'
import type { Lot } from './lot.ts'

/** Weight of the newest auction in the running share (guess). */
const weight = 0.2

/**
 * Learns for each class, as auctions close, what share of the hosts asked had room at once. Where few have, auctions ask more
 * hosts: a second round would cost a round trip, and an award without alternates ends in the queue of a busy host when
 * another asker was faster. (Sample size by load: Tarcil, SoCC'15.)
 */
export class Scarcity {
  readonly #config: MarketConfig
  readonly #shares: BoundedMap<string, number>

  constructor(config: MarketConfig) {
    this.#config = config
    this.#shares = new BoundedMap(config.classesMax)
  }

  note(className: string, withRoom: number, asked: number): void {
    if (asked === 0) return
    const before = this.#shares.get(className) ?? 1
    this.#shares.push(className, before + weight * (withRoom / asked - before))
  }

  /**
   * How many peers to ask: `usual`, or up to `askedMaxScarce` if room is scarce; as many at once for a task that another host
   * had no room for (`avoid`). A lot whose last auction found no room waits for WANTED: there more quotes would be wasted.
   */
  askedFor({ shape, avoid, quietMs }: Pick<Lot, 'shape' | 'avoid' | 'quietMs'>, usual: number): number {
    const { bidsWanted, askedMaxScarce } = this.#config
    if (quietMs > 0) return usual
    const share = avoid.size > 0 ? 0 : (this.#shares.get(shape.class) ?? 1)
    return Math.max(usual, Math.min(askedMaxScarce, Math.ceil(bidsWanted / Math.max(share, 0.01))))
  }
}
