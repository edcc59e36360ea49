import { copiesThatFit, copyVector, type Millis, QuotaRoom, type ResourceVector, TenantShares } from '@souk/kernel'
import type { MessageOf, PeerId, Taker } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, type Durations } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { spend } from './spend.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { MembersView } from './views.ts'
import type { Waiting } from './waiting-line.ts'

type Out = AuctioneerEffect[]

/** What the giver needs of the auctioneer that it works for. */
export interface GiverView {
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
}

/** What is left of the room of a host that asked; `ahead`: part of the work ahead that was not given yet */
interface Budget {
  free: ResourceVector
  left: number
  ahead: number
  quotas: QuotaRoom | undefined
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
    const budget = { free: copyVector(message.free), left: message.count, ahead: 1, quotas: quotasOf(message) }
    const given = new Map<Lot, Waiting[]>()
    const { atOnce } = this.#lots
    for (const lot of this.#lots.inTurns(now)) {
      if (budget.left === 0 || !view?.offer) break
      if (lot.auction !== undefined || decideFit(view.offer, lot.shape)) continue
      const taken = this.#takeFor(message, lot, { budget, atOnce }, now)
      if (taken.length > 0) given.set(lot, [...(given.get(lot) ?? []), ...taken])
    }
    for (const tasks of given.values()) {
      const { incarnation } = view!
      this.#give({ peer: from, incarnation, offeredMs: message.offeredMs }, tasks, now, out)
    }
    const count = message.count - budget.left
    const waiting = this.#view.waiting()
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting } })
    if (count > 0) out.push({ type: 'given', to: from, count })
  }

  /** What fits of one lot, with some work ahead; at most `atOnce`. */
  #takeFor(
    message: MessageOf<'wanted'>,
    lot: Lot,
    { budget, atOnce }: { budget: Budget; atOnce: number },
    now: Millis,
  ): Waiting[] {
    const { request } = lot.shape
    const some = Math.min(budget.left, lot.size, atOnce)
    const most = budget.quotas?.allowed(lot.tenant, request, some) ?? some
    const fitting = copiesThatFit(budget.free, request, most)
    const wholeAhead = this.#aheadOf(lot, message)
    const extra = Math.floor(budget.ahead * wholeAhead)
    const count = Math.min(most, fitting + extra)
    if (count === 0) return []
    // Work ahead is one budget for all lots.
    if (extra > 0) budget.ahead -= Math.max(0, count - fitting) / wholeAhead
    budget.left -= count
    spend(budget.free, request, Math.min(count, fitting))
    budget.quotas?.spend(lot.tenant, request, count)
    return this.#lots.take(lot, count, now)
  }

  #aheadOf(lot: Lot, { aheadMs, concurrent }: MessageOf<'wanted'>): number {
    const mean = this.#durations.meanMs(lot.shape.class)
    return mean === undefined ? 0 : aheadCount(aheadMs, concurrent, mean, this.#config.aheadMax)
  }

  #give(to: Taker, given: readonly Waiting[], now: Millis, out: Out): void {
    const frame = this.#view.frame(given[0]!.sinceMs, now, now)
    const decision = plainDecision(frame, 'wanted', 'it asked, having room', to.peer)
    const tasks = given.map(({ task }) => task)
    out.push({ type: 'award', tasks, to, alternates: [], decision })
  }
}
