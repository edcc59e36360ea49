import {
  copiesThatFit,
  emptyVector,
  least,
  type Millis,
  QuotaRoom,
  type ResourceVector,
  shortage,
  TenantShares,
} from '@souk/kernel'
import { alternativeField, type MessageOf, type Offer, type PeerId, requestsOf, type Shape } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, type Durations, durationClass, shareOf } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { spend } from './spend.ts'
import { isTied } from './ties.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { CandidateView, LocalView, MembersView } from './views.ts'
import type { Waiting } from './waiting-line.ts'
import { withPrediction } from './with-prediction.ts'
import { isWorthMoving } from './worth-moving.ts'

type Out = AuctioneerEffect[]

/** What the giver needs of the auctioneer that it works for. */
export interface GiverView {
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
  /** it did not keep to what it said, and is left out for a while */
  ignored(peer: PeerId, now: Millis): boolean
  local: LocalView
}

/** What is left of the room of a host that asked; `ahead`: part of the work ahead that was not given yet */
interface Budget {
  free: ResourceVector
  left: number
  ahead: number
  quotas: QuotaRoom | undefined
}

/** Who asked, with what it offers. */
type Asker = CandidateView & { offer: Offer }

/** Tasks of one lot that are given room as one alternative. */
interface Given {
  alternative: number
  shape: Shape
  tasks: Waiting[]
}

function quotasOf({ quotas }: MessageOf<'wanted'>): QuotaRoom | undefined {
  if (!quotas) return undefined
  return new QuotaRoom(Object.fromEntries(quotas.map(({ tenant, quota }) => [tenant, quota])), new TenantShares())
}

/** Answers WANTED: a host with room asks, and is given what fits, with some work ahead for tasks that end soon. */
export class Giver {
  readonly #config: MarketConfig
  readonly #lots: Lots
  readonly #durations: Durations
  readonly #members: MembersView
  readonly #view: GiverView

  constructor(config: MarketConfig, lots: Lots, durations: Durations, members: MembersView, view: GiverView) {
    this.#config = config
    this.#lots = lots
    this.#durations = durations
    this.#members = members
    this.#view = view
  }

  onWanted(from: PeerId, message: MessageOf<'wanted'>, now: Millis, out: Out): void {
    const view = this.#members.candidate(from)
    const offer = view?.offer
    const budget = {
      // Nobody has more free than it has.
      free: offer ? least(message.free, offer.capacity) : emptyVector(),
      left: message.count,
      ahead: 1,
      quotas: quotasOf(message),
    }
    if (view && offer && !this.#view.ignored(from, now)) {
      const asker = { ...view, offer }
      for (const given of this.#choose(message, asker, budget, now).values())
        this.#give(given, asker, message, now, out)
    }
    const count = message.count - budget.left
    const waiting = this.#view.waiting()
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting } })
    if (count > 0) out.push({ type: 'given', to: from, count })
    if (view && offer) this.#handBack({ ...view, offer }, budget, now, out)
  }

  /**
   * A baton never goes to who had it before. Where that is who has room its task would wait for as long as all others are
   * busy: after a while it begins anew, by its custodians. At most as many as there is room for.
   */
  #handBack({ peer, offer }: Asker, budget: Budget, now: Millis, out: Out): void {
    for (const lot of this.#lots.inTurns(now)) {
      if (budget.left === 0) return
      const first = lot.first()
      if (!first || !lot.avoid.has(peer) || now - first.sinceMs < this.#config.handBackMs) continue
      if (lot.auction !== undefined || decideFit(offer, lot.shape)) continue
      const able = requestsOf(lot.shape).find((request) => copiesThatFit(budget.free, request, 1, offer.gpus) > 0)
      if (!able) continue
      spend(budget.free, able, 1, offer.gpus)
      budget.left--
      out.push({ type: 'handBack', task: first.task, to: peer })
    }
  }

  /** What it is given, of each lot together what it is given as one alternative. */
  #choose(message: MessageOf<'wanted'>, { peer, offer }: Asker, budget: Budget, now: Millis): Map<string, Given> {
    const given = new Map<string, Given>()
    const share = shareOf(this.#view.waiting(), this.#members.candidates().length)
    const { atOnce } = this.#lots
    for (const lot of this.#lots.inTurns(now)) {
      if (budget.left === 0) break
      // What else is at that host it must say itself: tied tasks are asked for.
      if (lot.compared || lot.avoid.has(peer) || isTied(lot.shape) || decideFit(offer, lot.shape)) continue
      if (!this.#isWorthMoving(lot, peer, now)) continue
      const wholeAhead = this.#aheadOf(lot, message, share)
      for (const { alternative, tasks } of this.#takeFor(lot, offer, { budget, atOnce, wholeAhead }, now)) {
        const key = `${alternative} ${lot.key}`
        const before = given.get(key)
        if (before) before.tasks.push(...tasks)
        else given.set(key, { alternative, shape: lot.shape, tasks })
      }
    }
    return given
  }

  /** What fits of one lot, by preference, the last of what will do with some work ahead; at most `atOnce`. */
  #takeFor(
    lot: Lot,
    { capacity, gpus }: Offer,
    { budget, atOnce, wholeAhead }: { budget: Budget; atOnce: number; wholeAhead: number },
    now: Millis,
  ): { alternative: number; tasks: Waiting[] }[] {
    const able = requestsOf(lot.shape).flatMap((request, alternative) => {
      return shortage(capacity, request, gpus) ? [] : [{ request, alternative }]
    })
    const taken: { alternative: number; tasks: Waiting[] }[] = []
    let some = Math.min(budget.left, lot.size, atOnce)
    for (const [i, { request, alternative }] of able.entries()) {
      const most = budget.quotas?.allowed(lot.tenant, request, some) ?? some
      const fitting = copiesThatFit(budget.free, request, most, gpus)
      // What is fetched ahead of room takes what it can get.
      const extra = i === able.length - 1 ? Math.floor(budget.ahead * wholeAhead) : 0
      const count = Math.min(most, fitting + extra)
      if (count === 0) continue
      // Work ahead is one budget for all lots.
      if (extra > 0) budget.ahead -= Math.max(0, count - fitting) / wholeAhead
      budget.left -= count
      some -= count
      spend(budget.free, request, Math.min(count, fitting), gpus)
      budget.quotas?.spend(lot.tenant, request, count)
      taken.push({ alternative, tasks: this.#lots.take(lot, alternative, count, now) })
    }
    return taken
  }

  /** What this host can run itself, and would soon, may be better off here than with that peer. */
  #isWorthMoving(lot: Lot, peer: PeerId, now: Millis): boolean {
    const { local } = this.#view
    const { class: name } = lot.shape
    const offer = local.offer()
    if (offer.draining || local.promised() || decideFit(offer, lot.shape)) return true
    const lineMs = ((this.#view.waiting() + local.queued()) * (this.#durations.overallMs ?? 0)) / offer.capacity.slots
    const waitedMs = now - (lot.first()?.sinceMs ?? now)
    const rttMs = this.#members.rttP95() ?? this.#config.rttMsUnknown
    const bytesPerMs = this.#members.bytesPerMs(peer)
    const inputBytes = lot.keepers.has(peer) ? 0 : lot.inputBytes
    const runMs = this.#durations.meanMs(name)
    return isWorthMoving({ runMs, inputBytes, lineMs, waitedMs, rttMs, bytesPerMs })
  }

  #aheadOf(lot: Lot, { aheadMs, concurrent }: MessageOf<'wanted'>, share: number): number {
    const meanMs = this.#durations.meanMs(lot.shape.class)
    return meanMs === undefined ? 0 : aheadCount({ aheadMs, concurrent, meanMs, share }, this.#config.aheadMax)
  }

  #give(
    { alternative, shape, tasks }: Given,
    { peer, incarnation }: Asker,
    { offeredMs }: MessageOf<'wanted'>,
    now: Millis,
    out: Out,
  ): void {
    const frame = this.#view.frame(tasks[0]!.sinceMs, now, now)
    const plain = plainDecision(frame, 'wanted', 'it asked, having room', peer, [], alternative)
    const decision = withPrediction(plain, 0, this.#durations.expected(durationClass(shape.class, alternative)))
    const to = { peer, incarnation, offeredMs, ...alternativeField(alternative) }
    out.push({ type: 'award', tasks: tasks.map(({ task }) => task), to, alternates: [], decision })
  }
}
