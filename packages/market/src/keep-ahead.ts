import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import type { MarketConfig } from './config.ts'
import { aheadCount, type Durations, shareOf } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import type { Pace } from './pace.ts'
import { isTied } from './ties.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { LocalView, MembersView } from './views.ts'
import { withPrediction } from './with-prediction.ts'
import { isZoned } from './zone-ties.ts'

/** What it needs of the auctioneer that it works for. */
export interface KeepAheadParts {
  self: PeerId
  members: MembersView
  local: LocalView
  lots: Lots
  pace: Pace
  durations: Durations
  /** tasks that wait here for a host with room */
  waiting(): number
  frame: FrameOf
}

/**
 * This host takes work ahead of its room from its own peer, as others do that ask (`Giver`): so that none of its slots waits for
 * the next task, and its executors go on with short ones by themselves. Only behind runs of the same class and tenant, which
 * end as soon; and once half of what was taken before has begun.
 */
export class KeepAhead {
  readonly #config: MarketConfig
  readonly #parts: KeepAheadParts

  constructor(config: MarketConfig, parts: KeepAheadParts) {
    this.#config = config
    this.#parts = parts
  }

  /** Of what waits when all that this host has room for is kept. */
  keep(now: Millis, out: AuctioneerEffect[]): void {
    const { local, lots } = this.#parts
    const queued = local.queued()
    if (lots.size === 0 || local.running() === 0 || !this.#mayTake()) return
    let taken = 0
    const { atOnce } = lots
    for (const lot of lots.inTurns(now)) {
      const ahead = this.#aheadOf(lot, queued, now)
      if (queued * 2 > ahead) continue
      const some = Math.min(lot.size, atOnce, ahead - queued - taken)
      const count = local.quotas()?.allowed(lot.tenant, lot.shape.request, some) ?? some
      if (count <= 0) continue
      taken += count
      this.#keepOf(lot, count, now, out)
    }
  }

  #mayTake(): boolean {
    const { local } = this.#parts
    return !local.offer().draining && !local.promised() && !local.unsure() && local.pressure() === undefined
  }

  /** How many of them are to wait here, those that do already included. */
  #aheadOf(lot: Lot, queued: number, now: Millis): number {
    const { shape, tenant } = lot
    const { self, local, members, pace, durations, waiting } = this.#parts
    const meanMs = durations.meanMs(shape.class)
    if (meanMs === undefined || !isPlain(lot) || lot.avoid.has(self)) return 0
    const share = shareOf(waiting(), members.candidates().length)
    const ahead = (concurrent: number) =>
      aheadCount({ aheadMs: pace.aheadMs(), concurrent, meanMs, share }, this.#config.aheadMax)
    if (queued * 2 > ahead(local.running()) || decideFit(local.offer(), shape)) return 0
    const like = local
      .work(this.#config.etaRunsMax, now)
      .filter((work) => work.allocation && work.class === shape.class && work.tenant === tenant)
    return like.length === 0 ? 0 : ahead(like.length)
  }

  #keepOf(lot: Lot, count: number, now: Millis, out: AuctioneerEffect[]): void {
    const { self, lots, durations, frame } = this.#parts
    const tasks = lots.take(lot, 0, count, now)
    const timing = frame(tasks[0]!.sinceMs, now, now)
    const plain = plainDecision(timing, 'local', 'this host has room soon, as such tasks end there', self, [])
    const decision = withPrediction(plain, 0, durations.expected(lot.shape.class))
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), alternative: 0, decision })
  }
}

/** Where it runs makes no difference: what has inputs may have to fetch them first, which another host need not. */
function isPlain({ shape, compared, inputBytes }: Lot): boolean {
  return !compared && inputBytes === 0 && !shape.alternatives && !isTied(shape) && !isZoned(shape)
}
