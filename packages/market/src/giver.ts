import { copiesThatFit, copyVector, type Millis, type ResourceVector, scalarResources } from '@souk/kernel'
import type { MessageOf, PeerId, Taker } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, type Durations, shareOf } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { spend } from './spend.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { MembersView } from './views.ts'
import { withPrediction } from './with-prediction.ts'

type Out = AuctioneerEffect[]

/** What the giver needs of the auctioneer that it works for. */
export interface GiverView {
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
  /** it did not keep to what it said, and is left out for a while */
  ignored(peer: PeerId, now: Millis): boolean
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
    const free = upTo(copyVector(message.free), view?.offer?.capacity)
    let left = message.count
    let ahead = 1
    const share = shareOf(this.#view.waiting(), this.#members.candidates().length)
    for (const lot of this.#lots.inOrder(now)) {
      if (left === 0 || !view?.offer || this.#view.ignored(from, now)) break
      if (lot.auction !== undefined || decideFit(view.offer, lot.shape)) continue
      const fitting = copiesThatFit(free, lot.shape.request, Math.min(left, lot.size), view.offer.gpus)
      const wholeAhead = this.#aheadOf(lot, message, share)
      const extra = Math.floor(ahead * wholeAhead)
      const count = Math.min(left, lot.size, fitting + extra)
      if (count === 0) continue
      // Work ahead is one budget for all lots.
      if (extra > 0) ahead -= Math.max(0, count - fitting) / wholeAhead
      left -= count
      spend(free, lot.shape.request, Math.min(count, fitting), view.offer.gpus)
      const { incarnation } = view
      this.#give(lot, { peer: from, incarnation, offeredMs: message.offeredMs }, count, now, out)
    }
    const count = message.count - left
    const waiting = this.#view.waiting()
    out.push({ type: 'send', to: from, message: { t: 'given', want: message.want, count, waiting } })
    if (count > 0) out.push({ type: 'given', to: from, count })
  }

  #aheadOf(lot: Lot, { aheadMs, concurrent }: MessageOf<'wanted'>, share: number): number {
    const meanMs = this.#durations.meanMs(lot.shape.class)
    return meanMs === undefined ? 0 : aheadCount({ aheadMs, concurrent, meanMs, share }, this.#config.aheadMax)
  }

  #give(lot: Lot, to: Taker, count: number, now: Millis, out: Out): void {
    const given = this.#lots.take(lot, count, now)
    const frame = this.#view.frame(given[0]!.sinceMs, now, now)
    const plain = plainDecision(frame, 'wanted', 'it asked, having room', to.peer)
    const decision = withPrediction(plain, 0, this.#durations.expected(lot.shape.class))
    const tasks = given.map(({ task }) => task)
    out.push({ type: 'award', tasks, to, alternates: [], decision })
  }
}

/** Nobody has more free than it has (changed in place). */
function upTo(free: ResourceVector, capacity: ResourceVector | undefined): ResourceVector {
  if (!capacity) return free
  for (const name of scalarResources) free[name] = Math.min(free[name], capacity[name])
  free.gpuMilli = free.gpuMilli.slice(0, capacity.gpuMilli.length)
  for (const name in free.custom) {
    const units = Object.hasOwn(capacity.custom, name) ? capacity.custom[name]! : 0
    free.custom[name] = Math.min(free.custom[name]!, units)
  }
  return free
}
