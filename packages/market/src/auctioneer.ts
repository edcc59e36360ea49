import { Deadlines, earliest, type Machine, type Millis, type Prng, type WallMillis } from '@souk/kernel'
import type { PeerId, Taker } from '@souk/wire'
import { assignShares } from './assign.ts'
import { type Auction, type Closed, decideClose, hasAnswered, noteAnswer } from './auction.ts'
import type { AuctioneerEffect, AuctioneerInput, AuctioneerMessage } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { Durations } from './durations.ts'
import { type Filtered, filterCandidates, strandsDevices } from './filter.ts'
import { Giver } from './giver.ts'
import type { Lot } from './lot.ts'
import { Lots } from './lots.ts'
import { NoRoom } from './no-room.ts'
import { OwnRoom } from './own-room.ts'
import { Pace } from './pace.ts'
import type { Packing } from './packing.ts'
import { scoreBid } from './score-bid.ts'
import { Shortcut } from './shortcut.ts'
import { auctionDecision, type DecisionFrame, type FrameOf, plainDecision } from './to-decision.ts'
import type { LoadsView, LocalView, MembersView } from './views.ts'

type Out = AuctioneerEffect[]

export interface AuctioneerParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  loads: LoadsView
  packing: Packing
}

/**
 * Places the tasks that this peer bears: local first, short ones with whoever said to have room, others by auction while
 * there is room; then they wait for a host that asks (protocol.md section 3).
 *
 * Invariants: a task is in at most one lot; it leaves the lot in the step that awards, keeps or withdraws it, so it is
 * never given twice (I16). A lot has at most one auction. I11 an auction asks at most askedMaxMulti peers.
 * Inputs: waiting tasks, bids, WANTED. Effects: quotes, awards, keeps. Bounds: custody bounds what waits.
 */
export class Auctioneer implements Machine<AuctioneerInput, AuctioneerEffect> {
  readonly #config: MarketConfig
  readonly #self: PeerId
  readonly #prng: Prng
  readonly #members: MembersView
  readonly #packing: Packing
  readonly #lots: Lots
  readonly #auctions = new Map<number, Auction>()
  readonly #closing = new Deadlines<number>()
  readonly #durations: Durations
  readonly #pace: Pace
  readonly #giver: Giver
  readonly #noRoom: NoRoom
  readonly #shortcut: Shortcut
  readonly #own: OwnRoom
  #nextAuction = 1
  #wallOffset: WallMillis = 0

  constructor(config: MarketConfig, { self, prng, members, local, loads, packing }: AuctioneerParts) {
    this.#config = config
    this.#self = self
    this.#prng = prng
    this.#members = members
    this.#packing = packing
    this.#lots = new Lots(config)
    this.#durations = new Durations(config.classesMax)
    this.#pace = new Pace(config, this.#durations, members)
    const frame: FrameOf = (sinceMs, startedMs, now) => this.#frame(sinceMs, startedMs, now)
    const waiting = () => this.waiting
    this.#giver = new Giver(config, this.#lots, this.#durations, members, { waiting, frame })
    const parts = { self, prng, members, local, loads, lots: this.#lots, pace: this.#pace, waiting, frame }
    this.#noRoom = new NoRoom(config, parts)
    this.#shortcut = new Shortcut(config, parts)
    this.#own = new OwnRoom({ self, local, lots: this.#lots, packing })
  }

  step(input: AuctioneerInput, now: Millis, out: Out): void {
    this.#own.beginStep()
    switch (input.type) {
      case 'start':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
        this.#packing.learn(input.record.spec.request, 1)
        this.#lots.add(input.record, now)
        break
      case 'withdrawn':
        this.#lots.withdraw(input.task)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'changed':
        this.#onChanged(now, out)
        break
      case 'duration':
        this.#durations.add(input.class, input.runMs)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#closing.next(), this.#lots.next())
  }

  /** Tasks that wait here for a host with room; what is being auctioned right now does not. */
  get waiting(): number {
    let asking = 0
    for (const { lotKey } of this.#auctions.values()) asking += this.#lots.get(lotKey)?.size ?? 0
    return this.#lots.size - asking
  }

  snapshot() {
    return {
      lots: this.#lots.snapshot(),
      auctions: [...this.#auctions.values()].map(({ id, lotKey, startedMs, asked, bids }) => {
        return { id, lotKey, startedMs, asked: asked.size, bids: bids.length }
      }),
    }
  }

  // ---- the one decision: here, ask, or wait

  #onChanged(now: Millis, out: Out): void {
    if (this.#lots.size === 0) return
    for (const lot of this.#lots.inOrder(now)) {
      if (!this.#asksFirst(lot)) this.#keepWhatFits(lot, now, out)
    }
    this.#lots.lookAgainAtAll(now)
  }

  #evaluate(lot: Lot, now: Millis, out: Out): void {
    const asksFirst = this.#asksFirst(lot)
    if (!asksFirst) this.#keepWhatFits(lot, now, out)
    if (lot.size === 0 || lot.auction !== undefined || now < lot.quietUntil) return
    const filtered = filterCandidates(this.#members.candidates(), this.#self, lot.shape)
    this.#shortcut.place(lot, filtered.candidates, now, out)
    if (lot.size === 0) return
    if (filtered.candidates.length > 0) this.#ask(lot, filtered, 1, now, out)
    else {
      if (asksFirst) this.#keepWhatFits(lot, now, out)
      if (lot.size > 0) this.#noRoom.onNobodyToAsk(lot, filtered, now, out)
    }
  }

  /** Who has only come may suit another host better; who waits, or ends sooner than asking takes, goes where there is room. */
  #asksFirst(lot: Lot): boolean {
    return lot.quietMs === 0 && !this.#pace.isShort(lot.shape.class) && this.#own.asksFirst(lot)
  }

  /** Local first: what could start here this instant needs no auction. */
  #keepWhatFits(lot: Lot, now: Millis, out: Out): void {
    const count = this.#own.fits(lot)
    if (count === 0) return
    const decide = (sinceMs: Millis) =>
      plainDecision(this.#frame(sinceMs, now, now), 'local', 'this host has room', this.#self)
    this.#own.keep(lot, count, now, decide, out)
  }

  /** Quotes from a random sample (the first round) or from twice as many of those not asked yet (the second). */
  #ask(lot: Lot, { candidates, refused }: Filtered, round: number, now: Millis, out: Out): void {
    const { askAllMax, askedMax, askedMaxMulti, lotCountMax } = this.#config
    const strands = strandsDevices(lot.shape, candidates)
    const some = round * (strands ? askedMaxMulti : askedMax)
    const asked = candidates.length <= askAllMax ? candidates : this.#prng.sample(candidates, some)
    const id = this.#nextAuction++
    const count = Math.min(lot.size, lotCountMax)
    lot.auction = id
    this.#auctions.set(id, {
      id,
      round,
      lotKey: lot.key,
      startedMs: now,
      count,
      candidates: candidates.length,
      bidsEnough: this.#pace.bidsEnough(lot.shape.class, strands),
      asked: new Set(asked.map(({ peer }) => peer)),
      bids: [],
      refused: [],
      filtered: refused,
    })
    this.#closing.set(id, now + this.#pace.closeMs())
    const { priority } = lot.first()!
    const { shape } = lot
    const expectedMs = this.#durations.expectedMs(shape.class)
    for (const { peer } of asked) {
      out.push({ type: 'send', to: peer, message: { t: 'quote', lot: id, shape, count, priority, expectedMs } })
    }
    out.push({ type: 'asked', lot: id, class: shape.class, count, asked: asked.length })
  }

  /** Once more, of those who were not asked, when those who were had too little room. */
  #askOthers(lot: Lot, auction: Auction, now: Millis, out: Out): boolean {
    if (auction.round >= this.#config.roundsMax || auction.asked.size >= auction.candidates) return false
    const { candidates, refused } = filterCandidates(this.#members.candidates(), this.#self, lot.shape)
    const others = candidates.filter(({ peer }) => !auction.asked.has(peer))
    if (others.length === 0) return false
    this.#ask(lot, { candidates: others, refused: [...auction.refused, ...refused] }, 2, now, out)
    return true
  }

  // ---- auctions

  #onMessage(from: PeerId, message: AuctioneerMessage, now: Millis, out: Out): void {
    if (message.t === 'wanted') {
      this.#giver.onWanted(from, message, now, out)
      return
    }
    const auction = this.#auctions.get(message.lot)
    if (!auction?.asked.has(from) || hasAnswered(auction, from)) return
    noteAnswer(auction, from, message, now)
    const closed = decideClose(auction)
    if (closed) this.#close(auction, closed, now, out)
  }

  #close(auction: Auction, closed: Closed, now: Millis, out: Out): void {
    this.#auctions.delete(auction.id)
    this.#closing.delete(auction.id)
    const lot = this.#lots.get(auction.lotKey)!
    lot.auction = undefined
    const awarded = this.#award(lot, auction, closed, now, out)
    const tookMs = now - auction.startedMs
    out.push({ type: 'closed', lot: auction.id, bids: auction.bids.length, awarded, closed, tookMs })
    this.#lots.tidy(lot)
    if (lot.size === 0) return
    if (awarded < auction.count) {
      if (this.#askOthers(lot, auction, now, out)) return
      this.#noRoom.onAuction(lot, { auction, closed }, now, out)
    } else this.#lots.lookAgain(lot, now)
  }

  /** Only bids that can start at once bind; the rest of the lot waits for whoever has room first (late binding). */
  #award(lot: Lot, auction: Auction, closed: Closed, now: Millis, out: Out): number {
    const meanMs = this.#durations.expectedMs(lot.shape.class)
    const own = this.#own.bid(lot, meanMs, now - auction.startedMs, now)
    if (own) auction.bids.push(own)
    const scored = auction.bids
      .filter((bid) => bid.terms.startMs === 0)
      .map(({ peer, terms }) => ({ peer, count: terms.count, score: scoreBid(terms, this.#config) }))
    const count = Math.min(lot.size, auction.count)
    let awarded = 0
    for (const share of assignShares(scored, count, this.#config.weights.spread, this.#prng)) {
      const frameAt = (sinceMs: Millis) => this.#frame(sinceMs, auction.startedMs, now)
      if (share.peer === this.#self) {
        const decide = (sinceMs: Millis) => auctionDecision(frameAt(sinceMs), auction, closed, this.#self, this.#config)
        awarded += this.#own.keep(lot, share.count, now, decide, out)
        continue
      }
      const to = this.#taker(share.peer, auction)
      if (!to) continue
      const tasks = this.#lots.take(lot, share.count, now)
      if (tasks.length === 0) break
      const others = scored
        .filter(({ peer }) => peer !== share.peer && peer !== this.#self)
        .sort((a, b) => a.score - b.score || (a.peer < b.peer ? -1 : 1))
      const alternates = others.flatMap(({ peer }) => this.#taker(peer, auction) ?? []).slice(0, 2)
      const decision = auctionDecision(frameAt(tasks[0]!.sinceMs), auction, closed, share.peer, this.#config)
      out.push({ type: 'award', tasks: tasks.map(({ task }) => task), to, alternates, decision })
      awarded += tasks.length
    }
    return awarded
  }

  #taker(peer: PeerId, { bids }: Auction): Taker | undefined {
    const view = this.#members.candidate(peer)
    const bid = bids.find((b) => b.peer === peer)
    return bid && view?.reachable ? { peer, incarnation: view.incarnation, offeredMs: bid.offeredMs } : undefined
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    for (let id = this.#closing.popDue(now); id !== undefined; id = this.#closing.popDue(now)) {
      const auction = this.#auctions.get(id)
      if (auction) this.#close(auction, 'timeout', now, out)
    }
    for (const lot of this.#lots.due(now)) this.#evaluate(lot, now, out)
  }

  #frame(sinceMs: Millis, startedMs: Millis, now: Millis): DecisionFrame {
    const wallMs = Math.round(this.#wallOffset + now)
    return { by: this.#self, wallMs, decisionMs: now - sinceMs, auctionMs: now - startedMs }
  }
}
