import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { Auction } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Quantiles } from './durations.ts'
import type { Filtered } from './filter.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { quoteOf } from './quote-of.ts'

/** What is known when one begins. */
type Beginning = Filtered &
  Pick<Auction, 'round' | 'bidsEnough'> & {
    /** how long one of its tasks takes; zeros: not known */
    expected: Quantiles
    /** until the first of them is wanted; undefined: none has a deadline */
    dueMs: Millis | undefined
    closeMs: Millis
  }

/** The auctions under way: of a lot at most one, each over by its time. */
export class OpenAuctions {
  readonly #config: Pick<MarketConfig, 'lotCountMax'>
  readonly #auctions = new Map<number, Auction>()
  readonly #closing = new Deadlines<number>()
  #nextAuction = 1

  constructor(config: Pick<MarketConfig, 'lotCountMax'>) {
    this.#config = config
  }

  get(id: number): Auction | undefined {
    return this.#auctions.get(id)
  }

  next(): Millis | undefined {
    return this.#closing.next()
  }

  /** Asks these for quotes. */
  open(lot: Lot, peers: readonly PeerId[], beginning: Beginning, now: Millis, out: AuctioneerEffect[]): Auction {
    const { candidates, refused, round, bidsEnough, expected, dueMs, closeMs } = beginning
    const id = this.#nextAuction++
    const count = Math.min(lot.size, this.#config.lotCountMax)
    const begun = { id, round, lotKey: lot.key, startedMs: now, count, candidates: candidates.length, bidsEnough }
    const auction: Auction = { ...begun, asked: new Set(peers), bids: [], refused: [], filtered: refused }
    lot.auction = id
    this.#auctions.set(id, auction)
    this.#closing.set(id, now + closeMs)
    const message = quoteOf(lot, { id, count, expected, dueMs })
    for (const peer of peers) out.push({ type: 'send', to: peer, message })
    out.push({ type: 'asked', lot: id, class: lot.shape.class, count, asked: peers.length })
    return auction
  }

  end({ id }: Auction): void {
    this.#auctions.delete(id)
    this.#closing.delete(id)
  }

  /** Each that is to be closed now, whoever has not answered. */
  *due(now: Millis): Generator<Auction> {
    for (let id = this.#closing.popDue(now); id !== undefined; id = this.#closing.popDue(now)) {
      const auction = this.#auctions.get(id)
      if (auction) yield auction
    }
  }

  /** Tasks that hosts are being asked for right now. */
  asking(lots: Lots): number {
    let asking = 0
    for (const { lotKey } of this.#auctions.values()) asking += lots.get(lotKey)?.size ?? 0
    return asking
  }

  snapshot() {
    return [...this.#auctions.values()].map(({ id, lotKey, startedMs, asked, bids }) => {
      return { id, lotKey, startedMs, asked: asked.size, bids: bids.length }
    })
  }
}
