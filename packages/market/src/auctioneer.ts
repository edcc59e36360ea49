import {
  copiesThatFit,
  copyVector,
  Deadlines,
  earliest,
  type Machine,
  type Millis,
  type Prng,
  type ResourceVector,
  type WallMillis,
} from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { type Auction, type Bid, type Closed, decideClose, hasAnswered, noteAnswer } from './auction.ts'
import type { AuctioneerEffect, AuctioneerInput, AuctioneerMessage } from './auctioneer-io.ts'
import { Awards } from './awards.ts'
import { Conduct } from './conduct.ts'
import type { MarketConfig } from './config.ts'
import { Durations } from './durations.ts'
import { type Filtered, filterCandidates } from './filter.ts'
import { decideFit } from './fit.ts'
import { Giver } from './giver.ts'
import type { Lot, Waiting } from './lot.ts'
import { Lots } from './lots.ts'
import { NoRoom } from './no-room.ts'
import { ownBid } from './own-bid.ts'
import { Pace } from './pace.ts'
import { scoringOf } from './scoring.ts'
import { isMulti } from './shape.ts'
import { Shortcut } from './shortcut.ts'
import { spend } from './spend.ts'
import { type DecisionFrame, type FrameOf, plainDecision } from './to-decision.ts'
import type { LoadsView, LocalView, MembersView } from './views.ts'
import { withPrediction } from './with-prediction.ts'

type Out = AuctioneerEffect[]

export interface AuctioneerParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  loads: LoadsView
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
  readonly #local: LocalView
  readonly #lots: Lots
  readonly #auctions = new Map<number, Auction>()
  readonly #closing = new Deadlines<number>()
  readonly #durations: Durations
  readonly #pace: Pace
  readonly #giver: Giver
  readonly #noRoom: NoRoom
  readonly #shortcut: Shortcut
  readonly #conduct: Conduct
  readonly #awards: Awards
  #nextAuction = 1
  #wallOffset: WallMillis = 0
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined

  constructor(config: MarketConfig, { self, prng, members, local, loads }: AuctioneerParts) {
    this.#config = config
    this.#self = self
    this.#prng = prng
    this.#members = members
    this.#local = local
    this.#lots = new Lots(config)
    this.#durations = new Durations(config.classesMax)
    this.#pace = new Pace(config, this.#durations, members)
    const frame: FrameOf = (sinceMs, startedMs, now) => this.#frame(sinceMs, startedMs, now)
    const waiting = () => this.waiting
    this.#conduct = new Conduct(config, members)
    const ignored = (peer: PeerId, now: Millis) => this.#conduct.ignored(peer, now)
    this.#giver = new Giver(config, this.#lots, this.#durations, members, { waiting, frame, ignored })
    const durations = this.#durations
    const parts = { self, prng, members, local, loads, lots: this.#lots, pace: this.#pace, durations, waiting, frame }
    this.#noRoom = new NoRoom(config, parts)
    this.#shortcut = new Shortcut(config, parts)
    const takeHere = (lot: Lot, limit: number, now: Millis) => this.#takeHere(lot, limit, now)
    this.#awards = new Awards(config, { ...parts, takeHere })
  }

  step(input: AuctioneerInput, now: Millis, out: Out): void {
    this.#room = undefined
    const before = out.length
    switch (input.type) {
      case 'start':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
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
    this.#conduct.onEffects(out, before, now)
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
      // All hosts are compared while some have room; once none had, it goes to the first that has.
      if (now < lot.quietUntil || !scoringOf(lot.shape, this.#config).comparesAll) this.#keepWhatFits(lot, now, out)
    }
    this.#lots.lookAgainAtAll(now)
  }

  #evaluate(lot: Lot, now: Millis, out: Out): void {
    const all = scoringOf(lot.shape, this.#config).comparesAll
    if (!all) this.#keepWhatFits(lot, now, out)
    if (lot.size === 0 || lot.auction !== undefined || now < lot.quietUntil) return
    const filtered = this.#filter(lot, now)
    if (!all) this.#shortcut.place(lot, filtered.candidates, now, out)
    else if (filtered.candidates.length === 0) this.#keepWhatFits(lot, now, out)
    if (lot.size === 0) return
    if (filtered.candidates.length > 0) this.#ask(lot, filtered, 1, now, out)
    else this.#noRoom.onNobodyToAsk(lot, filtered, now, out)
  }

  #filter(lot: Lot, now: Millis): Filtered {
    const ignored = (peer: PeerId) => this.#conduct.ignored(peer, now)
    return filterCandidates(this.#members.candidates(), this.#self, lot.shape, ignored)
  }

  /** Local first: what could start here this instant needs no auction. */
  #keepWhatFits(lot: Lot, now: Millis, out: Out): void {
    const tasks = this.#takeHere(lot, lot.size, now)
    if (tasks.length === 0) return
    const frame = this.#frame(tasks[0]!.sinceMs, now, now)
    const plain = plainDecision(frame, 'local', 'this host has room', this.#self)
    const decision = withPrediction(plain, 0, this.#durations.expected(lot.shape.class))
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), decision })
  }

  /** Out of the line what this host has room for, at most `limit`. */
  #takeHere(lot: Lot, limit: number, now: Millis): Waiting[] {
    const offer = this.#local.offer()
    if (lot.size === 0 || offer.draining || decideFit(offer, lot.shape)) return []
    this.#room ??= this.#local.queued() > 0 ? undefined : copyVector(this.#local.free())
    if (!this.#room) return []
    const count = Math.min(lot.size, copiesThatFit(this.#room, lot.shape.request, limit, offer.gpus))
    spend(this.#room, lot.shape.request, count, offer.gpus)
    return count === 0 ? [] : this.#lots.take(lot, count, now)
  }

  /** Quotes from a random sample (the first round) or from twice as many of those not asked yet (the second). */
  #ask(lot: Lot, { candidates, refused }: Filtered, round: number, now: Millis, out: Out): void {
    const { askAllMax, askedMax, askedMaxMulti, lotCountMax } = this.#config
    const some = round * (isMulti(lot.shape) ? askedMaxMulti : askedMax)
    const asked = candidates.length <= askAllMax ? candidates : this.#prng.sample(candidates, some)
    const id = this.#nextAuction++
    const count = Math.min(lot.size, lotCountMax)
    const own = round === 1 ? this.#ownBid(lot, count, now) : []
    lot.auction = id
    this.#auctions.set(id, {
      id,
      round,
      lotKey: lot.key,
      startedMs: now,
      count,
      candidates: candidates.length + own.length,
      asked: new Set([...own, ...asked].map(({ peer }) => peer)),
      bids: own,
      refused: [],
      filtered: refused,
    })
    this.#closing.set(id, now + this.#pace.closeMs())
    const { priority } = lot.first()!
    const { shape } = lot
    const { p50: expectedMs, p90: expectedMsP90 } = this.#durations.told(shape.class)
    const message = { t: 'quote' as const, lot: id, shape, count, priority, expectedMs, expectedMsP90 }
    for (const { peer } of asked) out.push({ type: 'send', to: peer, message })
    out.push({ type: 'asked', lot: id, class: shape.class, count, asked: asked.length })
  }

  #ownBid(lot: Lot, count: number, now: Millis): Bid[] {
    if (!scoringOf(lot.shape, this.#config).comparesAll) return []
    const parts = { self: this.#self, local: this.#local, durations: this.#durations }
    return [ownBid(parts, lot.shape, count, now) ?? []].flat()
  }

  /** Once more, of those who were not asked, when those who were had too little room. */
  #askOthers(lot: Lot, auction: Auction, now: Millis, out: Out): boolean {
    if (auction.round >= 2 || auction.asked.size >= auction.candidates) return false
    const { candidates, refused } = this.#filter(lot, now)
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
    if (message.t === 'accept') {
      this.#conduct.onAccept(from)
      return
    }
    const auction = this.#auctions.get(message.lot)
    if (!auction?.asked.has(from) || hasAnswered(auction, from)) return
    const { shape } = this.#lots.get(auction.lotKey)!
    if (message.t === 'bid') {
      const terms = this.#conduct.believed(from, shape, message.terms, now, out)
      noteAnswer(auction, from, { ...message, terms }, now)
      this.#durations.hear(shape.class, terms.finishMs)
    } else noteAnswer(auction, from, message, now)
    const { comparesAll } = scoringOf(shape, this.#config)
    const closed = decideClose(auction, comparesAll ? Infinity : this.#pace.bidsEnough(shape.class))
    if (closed) this.#close(auction, closed, now, out)
  }

  #close(auction: Auction, closed: Closed, now: Millis, out: Out): void {
    this.#auctions.delete(auction.id)
    this.#closing.delete(auction.id)
    const lot = this.#lots.get(auction.lotKey)!
    lot.auction = undefined
    const awarded = this.#awards.award(lot, auction, closed, now, out)
    const tookMs = now - auction.startedMs
    out.push({ type: 'closed', lot: auction.id, bids: auction.bids.length, awarded, closed, tookMs })
    this.#lots.tidy(lot)
    if (lot.size === 0) return
    if (awarded < auction.count) {
      if (this.#askOthers(lot, auction, now, out)) return
      this.#noRoom.onAuction(lot, { auction, closed }, now, out)
    } else this.#lots.lookAgain(lot, now)
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
