import { copiesThatFit, copyVector, type Millis, type ResourceVector, scalarResources, shortage } from '@souk/kernel'
import { alternativeField, type MessageOf, type PeerId, requestsOf, type Taker } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, type Durations, shareOf } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { spend } from './spend.ts'
import { isTied } from './ties.ts'
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
      // What else is at that host it must say itself: tied tasks are asked for.
      if (lot.auction !== undefined || lot.avoid.has(from) || isTied(lot.shape) || decideFit(view.offer, lot.shape))
        continue
      const { capacity, gpus } = view.offer
      const able = requestsOf(lot.shape).flatMap((request, alternative) => {
        return shortage(capacity, request, gpus) ? [] : [{ request, alternative }]
      })
      for (const [i, { request, alternative }] of able.entries()) {
        const fitting = copiesThatFit(free, request, Math.min(left, lot.size), gpus)
        const wholeAhead = this.#aheadOf(lot, message, share)
        // What is fetched ahead of room takes what it can get.
        const extra = i === able.length - 1 ? Math.floor(ahead * wholeAhead) : 0
        const count = Math.min(left, lot.size, fitting + extra)
        if (count === 0) continue
        // Work ahead is one budget for all lots.
        if (extra > 0) ahead -= Math.max(0, count - fitting) / wholeAhead
        left -= count
        spend(free, request, Math.min(count, fitting), gpus)
        const { incarnation } = view
        const to = { peer: from, incarnation, offeredMs: message.offeredMs, ...alternativeField(alternative) }
        this.#give(lot, to, count, now, out)
      }
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
    const plain = plainDecision(frame, 'wanted', 'it asked, having room', to.peer, [], to.alternative)
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
