import { copiesThatFit, copyVector, type Millis } from '@souk/kernel'
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

type Out = AuctioneerEffect[]

/** What the giver needs of the auctioneer that it works for. */
export interface GiverView {
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
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
    const free = copyVector(message.free)
    let left = message.count
    let ahead = 1
    for (const lot of this.#lots.inOrder(now)) {
      if (left === 0 || !view?.offer) break
      if (lot.auction !== undefined || lot.avoid.has(from) || decideFit(view.offer, lot.shape)) continue
      const fitting = copiesThatFit(free, lot.shape.request, Math.min(left, lot.size))
      const wholeAhead = this.#aheadOf(lot, message)
      const extra = Math.floor(ahead * wholeAhead)
      const count = Math.min(left, lot.size, fitting + extra)
      if (count === 0) continue
      // Work ahead is one budget for all lots.
      if (extra > 0) ahead -= Math.max(0, count - fitting) / wholeAhead
      left -= count
      spend(free, lot.shape.request, Math.min(count, fitting))
      const { incarnation } = view
      this.#give(lot, { peer: from, incarnation, offeredMs: message.offeredMs }, count, now, out)
    }
    const count = message.count - left
    const waiting = this.#view.waiting()
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting } })
    if (count > 0) out.push({ type: 'given', to: from, count })
  }

  #aheadOf(lot: Lot, { aheadMs, concurrent }: MessageOf<'wanted'>): number {
    const mean = this.#durations.meanMs(lot.shape.class)
    return mean === undefined ? 0 : aheadCount(aheadMs, concurrent, mean, this.#config.aheadMax)
  }

  #give(lot: Lot, to: Taker, count: number, now: Millis, out: Out): void {
    const given = this.#lots.take(lot, count, now)
    const frame = this.#view.frame(given[0]!.sinceMs, now, now)
    const decision = plainDecision(frame, 'wanted', 'it asked, having room', to.peer)
    const tasks = given.map(({ task }) => task)
    out.push({ type: 'award', tasks, to, alternates: [], decision })
  }
}
