import type { Millis, Prng } from '@souk/kernel'
import type { Taker } from '@souk/wire'
import { assignShares } from './assign.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import type { Durations } from './durations.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import type { Pace } from './pace.ts'
import { isMulti } from './shape.ts'
import { isTied } from './ties.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { CandidateView, LoadsView } from './views.ts'
import { withPrediction } from './with-prediction.ts'

type Out = AuctioneerEffect[]

interface ShortcutParts {
  prng: Prng
  loads: LoadsView
  lots: Lots
  pace: Pace
  durations: Durations
  frame: FrameOf
}

/** A host whose load stamp shows room for `count` tasks of the lot. */
interface Room {
  taker: Taker
  count: number
  ageMs: Millis
}

/**
 * Awards tasks that are shorter than an auction to hosts whose load stamps show room, without asking. If a stamp is no longer
 * true the baton bounces to another such host, which costs no more than an auction would have.
 */
export class Shortcut {
  readonly #config: MarketConfig
  readonly #parts: ShortcutParts

  constructor(config: MarketConfig, parts: ShortcutParts) {
    this.#config = config
    this.#parts = parts
  }

  place(lot: Lot, candidates: readonly CandidateView[], now: Millis, out: Out): void {
    const { prng, lots, loads, pace, durations, frame } = this.#parts
    // A load stamp tells of slots, not which alternative there is room for, nor what else is at the host.
    if (!pace.isShort(lot.shape.class) || isMulti(lot.shape) || lot.shape.alternatives || isTied(lot.shape)) return
    const rooms = this.#rooms(lot, candidates, now)
    const line = rooms.map(({ taker: { peer }, count }) => ({ peer, count, score: 0 }))
    for (const { peer, count } of assignShares(line, Math.min(lot.size, this.#config.lotCountMax), 1, prng)) {
      const { taker: to, ageMs } = rooms.find(({ taker }) => taker.peer === peer)!
      const others = prng.sample(rooms, rooms.length).filter(({ taker }) => taker !== to)
      const tasks = lots.take(lot, 0, count, now)
      if (tasks.length === 0) return
      for (const { task } of tasks) loads.awarded(peer, task, slotsOf(lot), now)
      const reason = `it said ${Math.round(ageMs)} ms ago that it has room, and such tasks are shorter than asking`
      const plain = plainDecision(frame(tasks[0]!.sinceMs, now, now), 'load-stamp', reason, peer)
      const decision = withPrediction(plain, 0, durations.expected(lot.shape.class))
      const alternates = others.slice(0, 2).map(({ taker }) => taker)
      out.push({ type: 'award', tasks: tasks.map(({ task }) => task), to, alternates, decision })
    }
  }

  #rooms(lot: Lot, candidates: readonly CandidateView[], now: Millis): Room[] {
    const { askAllMax, askedMax, stampMsMax } = this.#config
    const { loads, prng } = this.#parts
    const asked = candidates.length <= askAllMax ? candidates : prng.sample(candidates, askedMax)
    return asked.flatMap(({ peer, incarnation, reachable, offer }) => {
      const free = loads.free(peer, now)
      // A host cannot have more free than its advert says that it has.
      const slots = Math.min(free?.slots ?? 0, offer?.capacity.slots ?? 0)
      const count = Math.floor(slots / slotsOf(lot))
      // A host with quotas must be asked: tasks that it refuses by quota would come back at once, again and again.
      if (!free || !reachable || offer?.bounded || count <= 0 || free.ageMs > stampMsMax) return []
      return [{ taker: { peer, incarnation, offeredMs: free.saidMs }, count, ageMs: free.ageMs }]
    })
  }
}

const slotsOf = ({ shape }: Lot): number => Math.max(1, shape.request.slots)
