import {
  copiesThatFit,
  copyVector,
  Deadlines,
  type Machine,
  type Millis,
  type Prng,
  type ResourceRequest,
  type ResourceVector,
  take,
  type WallMillis,
} from '@souk/kernel'
import type { Bearer, Decision, MessageOf, PeerId, TaskId } from '@souk/wire'
import { assignShares } from './assign.ts'
import { type Auction, type Closed, decideClose } from './auction.ts'
import type { AuctioneerEffect, AuctioneerInput, AuctioneerMessage } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, Durations } from './durations.ts'
import { type Filtered, filterCandidates } from './filter.ts'
import { decideFit } from './fit.ts'
import { Lot, type Waiting } from './lot.ts'
import { scoreBid } from './score-bid.ts'
import { isMulti, shapeKey, shapeOf } from './shape.ts'
import { auctionDecision, plainDecision } from './to-decision.ts'
import type { CandidateView, LocalView, MembersView } from './views.ts'

type Out = AuctioneerEffect[]

/**
 * Places the tasks that this peer bears: local first, then by auction while there is room, then they wait for a host
 * that asks (protocol.md section 3).
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
  readonly #lots = new Map<string, Lot>()
  readonly #lotOf = new Map<TaskId, Lot>()
  readonly #auctions = new Map<number, Auction>()
  readonly #closing = new Deadlines<number>()
  readonly #quiet = new Deadlines<string>()
  readonly #durations: Durations
  #nextAuction = 1
  #wallOffset: WallMillis = 0
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined

  constructor(
    config: MarketConfig,
    { self, prng, members, local }: { self: PeerId; prng: Prng; members: MembersView; local: LocalView },
  ) {
    this.#config = config
    this.#self = self
    this.#prng = prng
    this.#members = members
    this.#local = local
    this.#durations = new Durations(config.classesMax)
  }

  step(input: AuctioneerInput, now: Millis, out: Out): void {
    this.#room = undefined
    switch (input.type) {
      case 'start':
        this.#wallOffset = input.wallMs - now
        break
      case 'waiting':
        this.#onWaiting(input, now)
        break
      case 'withdrawn':
        this.#onWithdrawn(input.task)
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
    const due = Math.min(this.#closing.next() ?? Infinity, this.#quiet.next() ?? Infinity)
    return due === Infinity ? undefined : due
  }

  /** Tasks that wait here for a host with room; what is being auctioned right now does not. */
  get waiting(): number {
    let asking = 0
    for (const { lotKey } of this.#auctions.values()) asking += this.#lots.get(lotKey)?.size ?? 0
    return this.#lotOf.size - asking
  }

  snapshot() {
    return {
      lots: [...this.#lots.values()].map((lot) => ({
        shape: lot.shape,
        waiting: lot.size,
        quietUntil: lot.quietUntil,
      })),
      auctions: [...this.#auctions.values()].map(({ id, lotKey, startedMs, asked, bids }) => {
        return { id, lotKey, startedMs, asked: asked.size, bids: bids.length }
      }),
    }
  }

  // ---- lots

  #onWaiting(input: Extract<AuctioneerInput, { type: 'waiting' }>, now: Millis): void {
    const { spec, id } = input.record
    const shape = shapeOf(spec)
    const key = shapeKey(shape)
    let lot = this.#lots.get(key)
    if (!lot) {
      lot = new Lot(key, shape)
      this.#lots.set(key, lot)
    }
    const { priority, failIfUnplaceable } = spec
    lot.add({ task: id, priority, sinceMs: now, failIfUnplaceable, told: '' })
    this.#lotOf.set(id, lot)
    this.#quiet.set(key, Math.max(now, lot.quietUntil))
  }

  #onWithdrawn(task: TaskId): void {
    const lot = this.#lotOf.get(task)
    if (!lot) return
    lot.remove(task)
    this.#lotOf.delete(task)
    this.#tidy(lot)
  }

  #take(lot: Lot, count: number, now: Millis): Waiting[] {
    const taken = lot.take(count, now, this.#config.ageingMs)
    for (const { task } of taken) this.#lotOf.delete(task)
    this.#tidy(lot)
    return taken
  }

  #tidy(lot: Lot): void {
    if (lot.size > 0) return
    lot.quietUntil = 0
    lot.quietMs = 0
    this.#quiet.delete(lot.key)
    if (lot.auction === undefined) this.#lots.delete(lot.key)
  }

  /** Lots with waiting tasks, the one whose first in line ranks first in front. */
  #lotsInOrder(now: Millis): Lot[] {
    return [...this.#lots.values()]
      .filter((lot) => lot.size > 0)
      .map((lot) => ({ lot, rank: lot.rank(now, this.#config.ageingMs)! }))
      .sort(
        (a, b) => a.rank.level - b.rank.level || a.rank.sinceMs - b.rank.sinceMs || (a.lot.key < b.lot.key ? -1 : 1),
      )
      .map(({ lot }) => lot)
  }

  #onChanged(now: Millis, out: Out): void {
    if (this.#lotOf.size === 0) return
    for (const lot of this.#lotsInOrder(now)) this.#keepWhatFits(lot, now, out)
    for (const lot of this.#lots.values()) if (lot.size > 0) this.#quiet.set(lot.key, Math.max(now, lot.quietUntil))
  }

  // ---- the one decision: here, ask, or wait

  #evaluate(lot: Lot, now: Millis, out: Out): void {
    this.#keepWhatFits(lot, now, out)
    if (lot.size === 0 || lot.auction !== undefined || now < lot.quietUntil) return
    const filtered = filterCandidates(this.#members.candidates(), this.#self, lot.shape)
    if (filtered.candidates.length > 0) this.#ask(lot, filtered, 1, now, out)
    else this.#wait(lot, filtered, now, out)
  }

  /** Local first: what could start here this instant needs no auction. */
  #keepWhatFits(lot: Lot, now: Millis, out: Out): void {
    const offer = this.#local.offer()
    if (lot.size === 0 || offer.draining || decideFit(offer, lot.shape)) return
    this.#room ??= this.#local.queued() > 0 ? undefined : copyVector(this.#local.free())
    if (!this.#room) return
    const count = Math.min(lot.size, copiesThatFit(this.#room, lot.shape.request, lot.size))
    if (count === 0) return
    spend(this.#room, lot.shape.request, count)
    const tasks = this.#take(lot, count, now)
    const frame = this.#frame(tasks[0]!.sinceMs, now, now)
    const decision = plainDecision(frame, 'local', 'this host has room', this.#self)
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), decision })
  }

  /** Nobody else can be asked: wait for room here, or for somebody to come who can. */
  #wait(lot: Lot, { refused }: Filtered, now: Millis, out: Out): void {
    const offer = this.#local.offer()
    const own = decideFit(offer, lot.shape)
    const here = own ? [{ peer: this.#self, refusal: own }, ...refused] : refused
    this.#beQuiet(lot, now)
    const ever = !own || refused.some(({ refusal }) => !refusal.never)
    const reason = ever ? 'only peers that are busy or away could run it' : 'no peer that is known could ever run it'
    const decision = plainDecision(
      this.#frame(now, now, now),
      ever ? 'waiting' : 'unplaceable',
      reason,
      undefined,
      here,
    )
    const code = ever ? 'no-room' : 'unplaceable'
    const told: TaskId[] = []
    for (const waiting of [...lot.waiting()]) {
      if (!ever && waiting.failIfUnplaceable) {
        this.#onWithdrawn(waiting.task)
        out.push({ type: 'unplaceable', task: waiting.task, message: describe(here), decision })
      } else if (waiting.told !== code) {
        waiting.told = code
        told.push(waiting.task)
      }
    }
    if (told.length > 0) out.push({ type: 'waits', tasks: told, code, decision })
  }

  /** Quotes from a random sample (the first round) or from twice as many of those not asked yet (the second). */
  #ask(lot: Lot, { candidates, refused }: Filtered, round: number, now: Millis, out: Out): void {
    const { askAllMax, askedMax, askedMaxMulti, lotCountMax } = this.#config
    const some = round * (isMulti(lot.shape) ? askedMaxMulti : askedMax)
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
      asked: new Set(asked.map(({ peer }) => peer)),
      bids: [],
      refused: [],
      filtered: refused,
    })
    this.#closing.set(id, now + this.#closeMs())
    const { priority } = lot.first()!
    const expectedMs = this.#durations.expectedMs(lot.shape.class)
    for (const { peer } of asked) {
      out.push({
        type: 'send',
        to: peer,
        message: { t: 'quote', lot: id, shape: lot.shape, count, priority, expectedMs },
      })
    }
    out.push({ type: 'asked', lot: id, class: lot.shape.class, count, asked: asked.length })
  }

  /** Once more, of those who were not asked, when those who were had too little room. */
  #askOthers(lot: Lot, auction: Auction, now: Millis, out: Out): boolean {
    if (auction.round >= 2 || auction.asked.size >= auction.candidates) return false
    const { candidates, refused } = filterCandidates(this.#members.candidates(), this.#self, lot.shape)
    const others = candidates.filter(({ peer }) => !auction.asked.has(peer))
    if (others.length === 0) return false
    this.#ask(lot, { candidates: others, refused: [...auction.refused, ...refused] }, 2, now, out)
    return true
  }

  #closeMs(): Millis {
    const { closeMsMin, closeMsMax, rttMsUnknown } = this.#config
    const rtt = this.#members.rttP95() ?? rttMsUnknown
    return Math.min(closeMsMax, Math.max(closeMsMin, 1.5 * rtt + 2))
  }

  // ---- auctions

  #onMessage(from: PeerId, message: AuctioneerMessage, now: Millis, out: Out): void {
    if (message.t === 'wanted') {
      this.#onWanted(from, message, now, out)
      return
    }
    const auction = this.#auctions.get(message.lot)
    if (!auction?.asked.has(from) || hasAnswered(auction, from)) return
    if (message.t === 'bid') auction.bids.push({ peer: from, terms: message.terms, afterMs: now - auction.startedMs })
    else auction.refused.push({ peer: from, refusal: message.refusal })
    const closed = decideClose(auction, this.#bidsEnough(auction))
    if (closed) this.#close(auction, closed, now, out)
  }

  /** For tasks of a few round trips the first bid that starts at once will do: another costs more than it could gain. */
  #bidsEnough({ lotKey }: Auction): number {
    const { bidsEnough, shortRoundTrips, rttMsUnknown } = this.#config
    const mean = this.#durations.meanMs(this.#lots.get(lotKey)!.shape.class)
    const short = shortRoundTrips * (this.#members.rttP95() ?? rttMsUnknown)
    return mean !== undefined && mean < short ? 1 : bidsEnough
  }

  #close(auction: Auction, closed: Closed, now: Millis, out: Out): void {
    this.#auctions.delete(auction.id)
    this.#closing.delete(auction.id)
    const lot = this.#lots.get(auction.lotKey)!
    lot.auction = undefined
    const awarded = this.#award(lot, auction, closed, now, out)
    const tookMs = now - auction.startedMs
    out.push({ type: 'closed', lot: auction.id, bids: auction.bids.length, awarded, closed, tookMs })
    this.#tidy(lot)
    if (lot.size === 0) return
    if (awarded < auction.count) {
      if (this.#askOthers(lot, auction, now, out)) return
      this.#beQuiet(lot, now)
      this.#sayOver(auction, out)
      this.#tellWaiting(
        lot,
        auctionDecision(this.#frame(now, auction.startedMs, now), auction, closed, undefined, this.#config),
        out,
      )
    } else this.#quiet.set(lot.key, now)
  }

  /** Only bids that can start at once bind; the rest of the lot waits for whoever has room first (late binding). */
  #award(lot: Lot, auction: Auction, closed: Closed, now: Millis, out: Out): number {
    const scored = auction.bids
      .filter((bid) => bid.terms.startMs === 0)
      .map(({ peer, terms }) => ({ peer, count: terms.count, score: scoreBid(terms, this.#config) }))
    const count = Math.min(lot.size, auction.count)
    let awarded = 0
    for (const share of assignShares(scored, count, this.#config.weights.spread, this.#prng)) {
      const to = this.#bearer(share.peer)
      if (!to) continue
      const tasks = this.#take(lot, share.count, now)
      if (tasks.length === 0) break
      const others = scored
        .filter(({ peer }) => peer !== share.peer)
        .sort((a, b) => a.score - b.score || (a.peer < b.peer ? -1 : 1))
      const alternates = others.flatMap(({ peer }) => this.#bearer(peer) ?? []).slice(0, 2)
      const frame = this.#frame(tasks[0]!.sinceMs, auction.startedMs, now)
      const decision = auctionDecision(frame, auction, closed, share.peer, this.#config)
      out.push({ type: 'award', tasks: tasks.map(({ task }) => task), to, alternates, decision })
      awarded += tasks.length
    }
    return awarded
  }

  #bearer(peer: PeerId): Bearer | undefined {
    const view = this.#members.candidate(peer)
    return view?.reachable ? { peer, incarnation: view.incarnation } : undefined
  }

  /** A host that had no room must know whom to ask once it has. */
  #sayOver(auction: Auction, out: Out): void {
    const message = { t: 'over', lot: auction.id, waiting: this.waiting } as const
    for (const { peer, refusal } of auction.refused) if (!refusal.never) out.push({ type: 'send', to: peer, message })
  }

  #beQuiet(lot: Lot, now: Millis): void {
    const first = 4 * (this.#members.rttP95() ?? this.#config.rttMsUnknown)
    lot.quietMs = Math.min(this.#config.askAgainMsMax, Math.max(first, 2 * lot.quietMs, 20))
    lot.quietUntil = now + lot.quietMs
    this.#quiet.set(lot.key, lot.quietUntil)
  }

  #tellWaiting(lot: Lot, decision: Decision, out: Out): void {
    const tasks: TaskId[] = []
    for (const waiting of lot.waiting()) {
      if (waiting.told === 'no-room') continue
      waiting.told = 'no-room'
      tasks.push(waiting.task)
    }
    if (tasks.length > 0) out.push({ type: 'waits', tasks, code: 'no-room', decision })
  }

  // ---- WANTED: a host with room asks

  #onWanted(from: PeerId, message: MessageOf<'wanted'>, now: Millis, out: Out): void {
    const view = this.#members.candidate(from)
    const free = copyVector(message.free)
    let left = message.count
    let ahead = 1
    for (const lot of this.#lotsInOrder(now)) {
      if (left === 0 || !view?.offer) break
      if (lot.auction !== undefined || decideFit(view.offer, lot.shape)) continue
      const fitting = copiesThatFit(free, lot.shape.request, Math.min(left, lot.size))
      const extra = Math.floor(ahead * this.#aheadOf(lot, message))
      const count = Math.min(left, lot.size, fitting + extra)
      if (count === 0) continue
      // Work ahead is one budget for all lots.
      if (extra > 0) ahead -= Math.max(0, count - fitting) / extra
      left -= count
      spend(free, lot.shape.request, Math.min(count, fitting))
      this.#give(lot, view, count, now, out)
    }
    const count = message.count - left
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting: this.waiting } })
    if (count > 0) out.push({ type: 'given', to: from, count })
  }

  #aheadOf(lot: Lot, { aheadMs, concurrent }: MessageOf<'wanted'>): number {
    const mean = this.#durations.meanMs(lot.shape.class)
    return mean === undefined ? 0 : aheadCount(aheadMs, concurrent, mean, this.#config.aheadMax)
  }

  #give(lot: Lot, { peer, incarnation }: CandidateView, count: number, now: Millis, out: Out): void {
    const tasks = this.#take(lot, count, now)
    const decision = plainDecision(this.#frame(tasks[0]!.sinceMs, now, now), 'wanted', 'it asked, having room', peer)
    out.push({
      type: 'award',
      tasks: tasks.map(({ task }) => task),
      to: { peer, incarnation },
      alternates: [],
      decision,
    })
  }

  // ---- time

  #onWake(now: Millis, out: Out): void {
    for (let id = this.#closing.popDue(now); id !== undefined; id = this.#closing.popDue(now)) {
      const auction = this.#auctions.get(id)
      if (auction) this.#close(auction, 'timeout', now, out)
    }
    for (let key = this.#quiet.popDue(now); key !== undefined; key = this.#quiet.popDue(now)) {
      const lot = this.#lots.get(key)
      if (lot) this.#evaluate(lot, now, out)
    }
  }

  #frame(sinceMs: Millis, startedMs: Millis, now: Millis) {
    const wallMs = Math.round(this.#wallOffset + now)
    return { by: this.#self, wallMs, decisionMs: now - sinceMs, auctionMs: now - startedMs }
  }
}

function hasAnswered(auction: Auction, peer: PeerId): boolean {
  return auction.bids.some((bid) => bid.peer === peer) || auction.refused.some((refused) => refused.peer === peer)
}

/** Uses up `count` copies of a request. */
function spend(free: ResourceVector, request: ResourceRequest, count: number): void {
  for (let i = 0; i < count; i++) take(free, request)
}

function describe(refused: readonly { peer: PeerId; refusal: { code: string; detail: string } }[]): string {
  if (refused.length === 0) return 'no other peer is known, and this one runs no tasks'
  const lines = new Map<string, number>()
  for (const { refusal } of refused) {
    const line = `${refusal.code} (${refusal.detail})`
    lines.set(line, (lines.get(line) ?? 0) + 1)
  }
  return [...lines]
    .map(([line, count]) => `${count} of ${refused.length} peers: ${line}`)
    .join('; ')
    .slice(0, 2000)
}
