import { copiesThatFit, copyVector, type Millis, type ResourceVector } from '@souk/kernel'
import { type Decision, limits, type PeerId } from '@souk/wire'
import type { Bid } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import type { Packing } from './packing.ts'
import { spend } from './spend.ts'
import type { LocalView } from './views.ts'

interface OwnRoomParts {
  self: PeerId
  local: LocalView
  lots: Lots
  packing: Packing
}

/** The auctioneer's own host: what of a lot it can start this instant, without asking anybody. */
export class OwnRoom {
  readonly #parts: OwnRoomParts
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined

  constructor(parts: OwnRoomParts) {
    this.#parts = parts
  }

  /** What the host says counts again. */
  beginStep(): void {
    this.#room = undefined
  }

  /** How many of the lot could start here now. */
  fits({ shape, size }: Lot): number {
    const { local } = this.#parts
    const offer = local.offer()
    if (size === 0 || offer.draining || decideFit(offer, shape)) return 0
    this.#room ??= local.queued() > 0 ? undefined : copyVector(local.free())
    return this.#room ? copiesThatFit(this.#room, shape.request, size, offer.gpus) : 0
  }

  /**
   * Others are asked first, and this host bids like them: for tasks with devices (keeping those here wherever they fit
   * costs half a point of allocation, see `pnpm bench placement`), and for others that would strand devices of this host.
   */
  asksFirst(lot: Lot): boolean {
    const { local, packing } = this.#parts
    const { request } = lot.shape
    if (local.offer().capacity.gpuMilli.length === 0 || this.fits(lot) === 0) return false
    return request.gpu.count > 0 || (packing.fitting(request)?.strandsMilli ?? 0) > 0
  }

  /** Takes the first `count` of the lot for this host. */
  keep(lot: Lot, count: number, now: Millis, decide: (sinceMs: Millis) => Decision, out: AuctioneerEffect[]): number {
    const { local, lots } = this.#parts
    if (this.#room) spend(this.#room, lot.shape.request, count, local.offer().gpus)
    const tasks = lots.take(lot, count, now)
    if (tasks.length === 0) return 0
    const decision = decide(tasks[0]!.sinceMs)
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), decision })
    return tasks.length
  }

  /** What this host would answer if it were asked; undefined: no room. `meanMs`: what such a task takes, 0: unknown. */
  bid(lot: Lot, meanMs: Millis, afterMs: Millis, now: Millis): Bid | undefined {
    const { self, local, packing } = this.#parts
    const count = Math.min(limits.tasksPerMessageMax, this.fits(lot))
    if (count === 0) return undefined
    const { priceMilli } = local.offer()
    const fragMilli = packing.fitting(lot.shape.request)?.fragMilli ?? 0
    const finishMs = { p50: meanMs, p90: Math.round(2.3 * meanMs) }
    const terms = { count, startMs: 0, finishMs, fragMilli, priceMilli, warm: meanMs > 0, loadSeq: 0 }
    return { peer: self, terms, offeredMs: Math.floor(now), afterMs }
  }
}
