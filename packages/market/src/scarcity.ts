import { BoundedMap } from '@souk/kernel'
import type { MarketConfig } from './config.ts'
import type { Lot } from './lot.ts'

/** Weight of the newest auction in the running share (guess). */
const weight = 0.2

/**
 * How many of those who were asked had room at once, by class, learned as auctions close. Where few have any, more are
 * asked at once: a second round would cost a round trip, and a bid without others beside it ends in the queue of a busy
 * host when somebody else was faster. (Sample size by load: Tarcil, SoCC'15.)
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
   * How many peers to ask, `usual` where there is room; at most `askedMaxScarce`, at once for what others had no room for.
   * What nobody had room for before waits for whoever asks: more questions would only be more messages.
   */
  askedFor({ shape, avoid, quietMs }: Pick<Lot, 'shape' | 'avoid' | 'quietMs'>, usual: number): number {
    const { bidsWanted, askedMaxScarce } = this.#config
    if (quietMs > 0) return usual
    const share = avoid.size > 0 ? 0 : (this.#shares.get(shape.class) ?? 1)
    return Math.max(usual, Math.min(askedMaxScarce, Math.ceil(bidsWanted / Math.max(share, 0.01))))
  }
}
