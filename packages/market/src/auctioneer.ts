import { earliest, type Machine, type Millis, type WallMillis } from '@souk/kernel'
import { type MessageOf, type PeerId, requestsOf } from '@souk/wire'
import { Answers } from './answers.ts'
import { type Auction, allSaidNever, type Closed, decideClose, hasAnswered } from './auction.ts'
import type { AuctioneerEffect, AuctioneerInput, AuctioneerMessage } from './auctioneer-io.ts'
import type { AuctioneerParts } from './auctioneer-parts.ts'
import { Awards } from './awards.ts'
import { Conduct } from './conduct.ts'
import type { MarketConfig } from './config.ts'
import { dueInMs } from './due-in.ts'
import { Durations } from './durations.ts'
import { type Filtered, filterCandidates, strandsDevices } from './filter.ts'
import { Giver } from './giver.ts'
import { Keeper } from './keeper.ts'
import type { Lot } from './lot.ts'
import { Lots } from './lots.ts'
import { meshCapacity } from './mesh-capacity.ts'
import { NamedGiver } from './named-giver.ts'
import { NoRoom } from './no-room.ts'
import { OpenAuctions } from './open-auctions.ts'
import { OverNotices } from './over-notices.ts'
import { Pace } from './pace.ts'
import type { Packing } from './packing.ts'
import { Sampling } from './sampling.ts'
import { Scarcity } from './scarcity.ts'
import { scoringOf } from './scoring.ts'
import { Shortcut } from './shortcut.ts'
import type { DecisionFrame, FrameOf } from './to-decision.ts'
import type { CandidateView, MembersView } from './views.ts'
import { ZoneRounds } from './zone-rounds.ts'
import { isZoned } from './zone-ties.ts'

type Out = AuctioneerEffect[]

/**
 * Places the tasks that this peer bears (protocol.md section 3): here if this host has room; short tasks by load stamps;
 * the others by auction. A lot for which no host has room waits for a host that asks for work (WANTED).
 *
 * Invariants: a task is in at most one lot, and leaves it in the step that awards, keeps or withdraws it, so no task is
 * given twice (I16). A lot has at most one auction. I11 an auction asks at most askedMaxMulti peers, or twice as many in a
 * second round; by zone at most zoneAskedMax, or one zone if that is larger.
 * Inputs: waiting tasks, bids, WANTED. Effects: quotes, awards, keeps. Bounds: custody bounds what waits.
 */
export class Auctioneer implements Machine<AuctioneerInput, AuctioneerEffect> {
  readonly #config: MarketConfig
  readonly #self: PeerId
  readonly #members: MembersView
  readonly #packing: Packing
  readonly #lots: Lots
  readonly #auctions: OpenAuctions
  readonly durations: Durations
  readonly #pace: Pace
  readonly #scarcity: Scarcity
  readonly #sampling: Sampling
  readonly #giver: Giver
  readonly #namedGiver: NamedGiver
  readonly #noRoom: NoRoom
  readonly #overNotices: OverNotices
  readonly #shortcut: Shortcut
  readonly #conduct: Conduct
  readonly #answers: Answers
  readonly #awards: Awards
  readonly #keeper: Keeper
  readonly #zones: ZoneRounds
  #wallOffset: WallMillis = 0

  constructor(config: MarketConfig, { self, prng, members, local, loads, packing, claims }: AuctioneerParts) {
    this.#config = config
    this.#self = self
    this.#members = members
    this.#packing = packing
    this.#auctions = new OpenAuctions(config)
    this.durations = new Durations(config.classesMax)
    this.#lots = new Lots(config, { durations: this.durations, capacity: meshCapacity(self, members, local) })
    this.#pace = new Pace(config, this.durations, members)
    this.#scarcity = new Scarcity(config)
    this.#sampling = new Sampling(config, { prng, loads, scarcity: this.#scarcity })
    const frame: FrameOf = (sinceMs, startedMs, now) => this.#frame(sinceMs, startedMs, now)
    const waiting = () => this.waiting
    this.#conduct = new Conduct(config, members)
    const ignored = (peer: PeerId, now: Millis) => this.#conduct.ignored(peer, now)
    const view = { waiting, frame, ignored, local }
    this.#giver = new Giver(config, this.#lots, this.durations, members, view)
    this.#namedGiver = new NamedGiver(self, this.#lots, members, view)
    const own = { lots: this.#lots, pace: this.#pace, durations: this.durations, waiting, frame }
    this.#zones = new ZoneRounds(config, { self, prng, members, local, claims })
    const parts = { self, prng, members, local, loads, packing, zones: this.#zones, ...own }
    this.#overNotices = new OverNotices(config, parts)
    this.#noRoom = new NoRoom(config, { ...parts, overNotices: this.#overNotices })
    this.#shortcut = new Shortcut(config, parts)
    this.#keeper = new Keeper(config, parts)
    this.#answers = new Answers({ ...parts, conduct: this.#conduct })
    this.#awards = new Awards(config, { ...parts, keeper: this.#keeper })
  }

  step(input: AuctioneerInput, now: Millis, out: Out): void {
    this.#keeper.begin()
    const before = out.length
    switch (input.type) {
      case 'start':
      case 'wall':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
        this.durations.suppose(input.record.spec.class, input.record.spec.expectedMs)
        this.#packing.learn(input.record.spec.request, 1)
        this.#lots.add(input.record, now, input.avoid)
        break
      case 'withdrawn':
        this.#lots.withdraw(input.task)
        break
      case 'message':
        this.#onMessage(input.from, input.message, now, out)
        break
      case 'named':
        this.#namedGiver.onWanted(input.from, input.message, input, now, out)
        break
      case 'changed':
        this.#onChanged(now, out)
        break
      case 'duration':
        this.durations.add(input.class, input.runMs)
        break
      case 'wake':
        this.#onWake(now, out)
        break
    }
    this.#conduct.onEffects(out, before, now)
  }

  nextWakeup(): Millis | undefined {
    return earliest(this.#auctions.next(), this.#lots.next())
  }

  /** Tasks of this tenant that are not placed yet. */
  waitingOf(tenant: string): number {
    return this.#lots.sizeOf(tenant)
  }

  /** Tasks that are not placed yet, by class. */
  waitingByClass(): ReadonlyMap<string, number> {
    return this.#lots.sizeByClass()
  }

  /** Tasks that wait for a host with room, without those of a first auction that is under way: they may be placed by it. */
  get waiting(): number {
    return this.#lots.size - this.#auctions.comparing(this.#lots)
  }

  snapshot() {
    return { lots: this.#lots.snapshot(), auctions: this.#auctions.snapshot() }
  }

  // ---- the one decision: here, ask, or wait

  #onChanged(now: Millis, out: Out): void {
    if (this.#lots.size === 0) return
    const { atOnce } = this.#lots
    for (const lot of this.#lots.inTurns(now)) {
      // A lot that is to compare all hosts waits for its auction; once that found no room, the first host with room will do.
      if (now < lot.quietUntil || !this.#keeper.comparesAll(lot)) this.#keeper.keepWhatFits(lot, now, out, atOnce)
    }
    this.#keeper.ahead.keep(now, out)
    this.#lots.lookAgainAtAll(now)
  }

  #evaluate(lot: Lot, now: Millis, out: Out): void {
    if (isZoned(lot.shape)) {
      if (lot.auction === undefined && now >= lot.quietUntil) this.#askZones(lot, now, out)
      return
    }
    const all = this.#keeper.comparesAll(lot)
    if (!all) this.#keeper.keepWhatFits(lot, now, out)
    if (lot.size === 0 || lot.auction !== undefined || now < lot.quietUntil) return
    const filtered = this.#filter(lot, now)
    // A load stamp tells of free slots, not of who has the large inputs of this lot.
    if (!all && lot.keepers.size === 0) this.#shortcut.place(lot, filtered.candidates, now, out)
    if (lot.size === 0) return
    if (filtered.candidates.length > 0) this.#ask(lot, filtered, 1, now, out)
    else this.#onNobodyToAsk(lot, filtered, now, out)
  }

  #filter(lot: Lot, now: Millis): Filtered {
    const ignored = (peer: PeerId) => this.#conduct.ignored(peer, now)
    const { avoid, saidNever } = lot
    const exclusions = { ignored, avoid, saidNever: (member: CandidateView) => saidNever.of(member) }
    return filterCandidates(this.#members.candidates(), this.#self, lot.shape, exclusions)
  }

  #onNobodyToAsk(lot: Lot, filtered: Filtered, now: Millis, out: Out): void {
    for (const alternative of requestsOf(lot.shape).keys()) this.#keeper.keep(lot, alternative, now, out)
    if (lot.size > 0) this.#noRoom.onNobodyToAsk(lot, filtered, now, out)
  }

  /** Asks a sample of hosts for quotes; in the second round twice as many, of those that the first did not ask. */
  #ask(lot: Lot, filtered: Filtered, round: number, now: Millis, out: Out): void {
    const { candidates } = filtered
    const strands = strandsDevices(lot.shape, candidates)
    const peers = this.#sampling.choose(lot, candidates, { round, strands }, now).map(({ peer }) => peer)
    const all = this.#keeper.comparesAll(lot) || lot.keepers.size > 0
    const bidsEnough = all ? Infinity : this.#pace.bidsEnough(lot.shape.class, strands)
    this.#open(lot, { ...filtered, round, bidsEnough }, peers, now, out)
  }

  /** Asks all hosts of some zones. There is no second round: the next auction of the lot draws zones anew. */
  #askZones(lot: Lot, now: Millis, out: Out): void {
    const filtered = this.#filter(lot, now)
    const { candidates } = filtered
    const asked = this.#zones.choose(lot.shape, filtered, now)
    const { zones, refused } = asked
    if (zones.size === 0) {
      this.#noRoom.onNobodyToAsk(lot, { candidates, refused }, now, out)
      return
    }
    const peers = [...zones.values()].flat().filter((peer) => peer !== this.#self)
    const how = { candidates, refused, round: this.#config.roundsMax, bidsEnough: Infinity }
    const auction = this.#open(lot, how, peers, now, out)
    this.#zones.begin(auction.id, lot, asked, filtered, now)
    if (peers.length === 0) this.#close(auction, 'all-in', now, out)
  }

  #open(
    lot: Lot,
    how: Filtered & Pick<Auction, 'round' | 'bidsEnough'>,
    peers: readonly PeerId[],
    now: Millis,
    out: Out,
  ): Auction {
    const expected = this.durations.told(lot.shape.class)
    const dueMs = dueInMs(lot, this.#wallOffset + now)
    return this.#auctions.open(lot, peers, { ...how, expected, dueMs, closeMs: this.#pace.closeMs() }, now, out)
  }

  /** Starts the second round where the hosts of the first had too little room; false where there is none. */
  #askOthers(lot: Lot, auction: Auction, now: Millis, out: Out): boolean {
    // The last auction of this lot found no room either: one round tells whether that is still so.
    if (auction.round >= this.#config.roundsMax || lot.quietMs > 0 || auction.asked.size >= auction.candidates)
      return false
    const { candidates, refused } = this.#filter(lot, now)
    const others = candidates.filter(({ peer }) => !auction.asked.has(peer))
    if (others.length === 0) return false
    this.#ask(lot, { candidates: others, refused: [...auction.refused, ...refused] }, 2, now, out)
    return true
  }

  #onMessage(from: PeerId, message: AuctioneerMessage, now: Millis, out: Out): void {
    if (message.t === 'wanted') this.#giver.onWanted(from, message, now, out)
    else if (message.t === 'accept') this.#conduct.onAccept(from)
    else this.#onAnswer(from, message, now, out)
  }

  #onAnswer(from: PeerId, message: MessageOf<'bid' | 'noBid'>, now: Millis, out: Out): void {
    const auction = this.#auctions.get(message.lot)
    if (!auction) this.#overNotices.toLate(from, message, out)
    if (!auction?.asked.has(from) || hasAnswered(auction, from)) return
    this.#answers.note({ auction, lot: this.#lots.get(auction.lotKey)! }, from, message, now, out)
    const closed = decideClose(auction)
    if (closed) this.#close(auction, closed, now, out)
  }

  #close(auction: Auction, closed: Closed, now: Millis, out: Out): void {
    this.#auctions.end(auction)
    const lot = this.#lots.get(auction.lotKey)!
    lot.auction = undefined
    const immediate = auction.bids.filter(({ terms }) => terms.startMs === 0).length
    this.#scarcity.note(lot.shape.class, immediate, auction.bids.length + auction.refused.length)
    const dueMs = dueInMs(lot, this.#wallOffset + now)
    const asOthers = { count: auction.count, dueInMs: dueMs, afterMs: now - auction.startedMs }
    const own = this.#keeper.bid(lot, asOthers, now)
    if (own) auction.bids.push(own)
    else auction.own = this.#noRoom.ownRefusal(lot, auction.refused)
    const settled = this.#zones.settled(auction, lot, scoringOf(lot.shape, this.#config), now)
    const before = out.length
    const awarded = this.#awards.award(lot, settled, closed, now, out)
    const tookMs = now - auction.startedMs
    out.push({ type: 'closed', lot: auction.id, bids: auction.bids.length, awarded, closed, tookMs })
    this.#lots.tidy(lot)
    this.#overNotices.toLosers(auction, out.slice(before), out)
    if (lot.size === 0) return
    if (awarded < auction.count) {
      if (this.#askOthers(lot, auction, now, out)) return
      const filtered = this.#filter(lot, now)
      if (allSaidNever(auction) && filtered.candidates.length === 0) this.#noRoom.onNobodyToAsk(lot, filtered, now, out)
      else this.#noRoom.onAuction(lot, { auction: settled, closed, awarded }, now, out)
    } else this.#lots.lookAgain(lot, now)
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    for (const auction of this.#auctions.due(now)) this.#close(auction, 'timeout', now, out)
    for (const lot of this.#lots.due(now)) this.#evaluate(lot, now, out)
  }

  #frame(sinceMs: Millis, startedMs: Millis, now: Millis): DecisionFrame {
    const took = { decisionMs: now - sinceMs, auctionMs: now - startedMs }
    return { by: this.#self, wallMs: Math.round(this.#wallOffset + now), ...took }
  }
}
