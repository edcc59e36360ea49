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
  /** this peer is distrusted for a while (`conduct.ts`) and gets nothing */
  ignored(peer: PeerId, now: Millis): boolean
  local: LocalView
}

/** What may still be given to the host that asked; `left`: tasks, `ahead`: the share of its work ahead (1: all of it) */
interface Budget {
  free: ResourceVector
  left: number
  ahead: number
  quotas: QuotaRoom | undefined
}

/** The host that asked. */
type Asker = CandidateView & { offer: Offer }

/** Tasks of one lot that go to the host that asked, to run as this alternative. */
interface Given {
  alternative: number
  shape: Shape
  tasks: Waiting[]
}

function quotasOf({ quotas }: MessageOf<'wanted'>): QuotaRoom | undefined {
  if (!quotas) return undefined
  return new QuotaRoom(Object.fromEntries(quotas.map(({ tenant, quota }) => [tenant, quota])), new TenantShares())
}

/**
 * Answers WANTED, in which a host with room asks this bearer for work: awards it the waiting tasks that fit, and beyond that
 * some that its running tasks will soon make room for (work ahead), so that no slot idles for a round trip.
 */
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
      // A host cannot have more free than its advert says that it has.
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
   * A baton never returns to a peer that had it. Where that very peer has room and the others stay busy, the task would wait
   * for ever: after handBackMs it goes back to its custodians, who hand it out under a new ballot. At most as many as fit.
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

  /** The tasks that the host gets, those of one lot and alternative together. */
  #choose(message: MessageOf<'wanted'>, { peer, offer }: Asker, budget: Budget, now: Millis): Map<string, Given> {
    const given = new Map<string, Given>()
    const share = shareOf(this.#view.waiting(), this.#members.candidates().length)
    const { atOnce } = this.#lots
    for (const lot of this.#lots.inTurns(now)) {
      if (budget.left === 0) break
      // Only the host knows what else is there, so tied tasks are placed by auction, where it can say so.
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

  /** Takes from one lot what fits, the request before its alternatives; the last possible one also gets the work ahead. */
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
      // Which alternative will find room then is not known, so work ahead is given as the last, the least preferred one.
      const extra = i === able.length - 1 ? Math.floor(budget.ahead * wholeAhead) : 0
      const count = Math.min(most, fitting + extra)
      if (count === 0) continue
      // The work ahead is one budget for all lots.
      if (extra > 0) budget.ahead -= Math.max(0, count - fitting) / wholeAhead
      budget.left -= count
      some -= count
      spend(budget.free, request, Math.min(count, fitting), gpus)
      budget.quotas?.spend(lot.tenant, request, count)
      taken.push({ alternative, tasks: this.#lots.take(lot, alternative, count, now) })
    }
    return taken
  }

  /** Whether a lot that this host could run itself should go to that peer all the same, rather than wait for room here. */
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
