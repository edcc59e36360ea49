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

/** A timer that fires so much too late says that this peer was busy (guess: the timers of an idle peer are exact). */
const lateMs = 2
/** Then the auction is put off by this, once: answers may lie unread in the sockets, and their senders are not silent. */
const extraMs = 5

/** What is known when an auction begins. */
type Beginning = Filtered &
  Pick<Auction, 'round' | 'bidsEnough'> & {
    /** duration of one of its tasks; zeros: not known */
    expected: Quantiles
    /** until the earliest deadline in the lot; undefined: no task has one */
    dueMs: Millis | undefined
    closeMs: Millis
  }

/** The auctions under way, at most one a lot; sends their quotes and says when each is to close. */
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

  /** Begins an auction of this lot and asks these peers for quotes. */
  open(lot: Lot, peers: readonly PeerId[], beginning: Beginning, now: Millis, out: AuctioneerEffect[]): Auction {
    const { candidates, refused, round, bidsEnough, expected, dueMs, closeMs } = beginning
    const id = this.#nextAuction++
    const count = Math.min(lot.size, this.#config.lotCountMax)
    const times = { startedMs: now, closesMs: now + closeMs, extended: false }
    const begun = { id, round, lotKey: lot.key, ...times, count, candidates: candidates.length, bidsEnough }
    const auction: Auction = { ...begun, asked: new Set(peers), bids: [], refused: [], filtered: refused }
    lot.auction = id
    this.#auctions.set(id, auction)
    this.#closing.set(id, auction.closesMs)
    const message = quoteOf(lot, { id, count, expected, dueMs })
    for (const peer of peers) out.push({ type: 'send', to: peer, message })
    out.push({ type: 'asked', lot: id, class: lot.shape.class, count, asked: peers.length })
    return auction
  }

  end({ id }: Auction): void {
    this.#auctions.delete(id)
    this.#closing.delete(id)
  }

  /** The auctions that are to close now, whoever has not answered. */
  *due(now: Millis): Generator<Auction> {
    for (let id = this.#closing.popDue(now); id !== undefined; id = this.#closing.popDue(now)) {
      const auction = this.#auctions.get(id)
      if (!auction) continue
      if (now - auction.closesMs < lateMs || auction.extended) yield auction
      else {
        auction.extended = true
        this.#closing.set(id, now + extraMs)
      }
    }
  }

  /** Tasks of lots whose first auction is under way (`Lot.compared`). */
  comparing(lots: Lots): number {
    let comparing = 0
    for (const { lotKey } of this.#auctions.values()) {
      const lot = lots.get(lotKey)
      if (lot?.compared) comparing += lot.size
    }
    return comparing
  }

  snapshot() {
    return [...this.#auctions.values()].map(({ id, lotKey, startedMs, asked, bids }) => {
      return { id, lotKey, startedMs, asked: asked.size, bids: bids.length }
    })
  }
}
