import { copiesThatFit, copyVector, type Millis, type QuotaRoom, type ResourceVector } from '@souk/kernel'
import { requestsOf, type Ties } from '@souk/wire'
import type { Bid } from './auction.ts'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import { bidTerms } from './bid-terms.ts'
import type { MarketConfig } from './config.ts'
import { durationClass } from './durations.ts'
import { fetchMsTo, withFetch } from './fetching.ts'
import { decideFit } from './fit.ts'
import { KeepAhead, type KeepAheadParts } from './keep-ahead.ts'
import type { Lot } from './lot.ts'
import { comparesAll, objectiveOf } from './objectives.ts'
import type { Packing } from './packing.ts'
import { shapeAs } from './shape.ts'
import { spend } from './spend.ts'
import { countTogether, decideTies, isTied, unmetMilli } from './ties.ts'
import { plainDecision } from './to-decision.ts'
import type { Waiting } from './waiting-line.ts'
import { withPrediction } from './with-prediction.ts'
import { isZoned } from './zone-ties.ts'

interface KeeperParts extends KeepAheadParts {
  packing: Packing
}

/** As others are asked. */
interface Quoted {
  count: number
  /** the first is wanted by then */
  dueInMs: Millis | undefined
  /** since the others were asked */
  afterMs: Millis
}

/**
 * This host as the auctioneer's own: what could start here this instant needs no auction, except where others are to be
 * compared with it. Then it bids like them.
 */
export class Keeper {
  readonly ahead: KeepAhead
  readonly #config: MarketConfig
  readonly #parts: KeeperParts
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined
  /** and of what tenants may have here */
  #quotas: QuotaRoom | undefined
  /** ties of what was kept in it */
  #kept: Ties[] = []

  constructor(config: MarketConfig, parts: KeeperParts) {
    this.#config = config
    this.#parts = parts
    this.ahead = new KeepAhead(config, parts)
  }

  /** A new step: this host has what it says. */
  begin(): void {
    this.#room = undefined
    this.#quotas = undefined
    this.#kept = []
  }

  /**
   * Others are asked before anything is kept here: where the objective is to choose among all hosts, and for tasks that
   * have only come and want devices (keeping those wherever they fit costs half a point of allocation, see
   * `pnpm bench placement`), would strand some of this host, or have large inputs that others have and it has not. Who waits, or ends sooner than asking takes, goes where
   * there is room.
   */
  comparesAll(lot: Lot): boolean {
    // Its zone may have something that keeps it away: that is asked of all of it.
    if (isZoned(lot.shape) || comparesAll(objectiveOf(lot.shape, this.#config))) return true
    const { self, local, packing, pace } = this.#parts
    if (lot.quietMs === 0 && lot.keepers.size > 0 && !lot.keepers.has(self)) return true
    if (lot.quietMs > 0 || local.offer().capacity.gpuMilli.length === 0 || pace.isShort(lot.shape.class)) return false
    return requestsOf(lot.shape).some((request, alternative) => {
      if (this.#fits(lot, alternative, 1) === 0) return false
      return request.gpu.count > 0 || (packing.fitting(request)?.strandsMilli ?? 0) > 0
    })
  }

  /**
   * What is asked for by preference, at once; what will do instead only when everybody was asked and had no room. At most
   * `atOnce`.
   */
  keepWhatFits(lot: Lot, now: Millis, out: AuctioneerEffect[], atOnce = Infinity): void {
    if (isZoned(lot.shape)) return
    // Another host may have the company that it prefers.
    if (lot.quietMs === 0 && unmetMilli(this.#ties(), lot.shape) > 0) return
    const upTo = lot.quietMs > 0 ? requestsOf(lot.shape).length : 1
    let left = atOnce
    for (let alternative = 0; alternative < upTo; alternative++) left -= this.keep(lot, alternative, now, out, left)
  }

  /** As many as fit as this alternative, at most `limit`; returns how many. */
  keep(lot: Lot, alternative: number, now: Millis, out: AuctioneerEffect[], limit = Infinity): number {
    const tasks = this.take(lot, alternative, limit, now)
    if (tasks.length === 0) return 0
    const { self, durations, frame } = this.#parts
    const timing = frame(tasks[0]!.sinceMs, now, now)
    const plain = plainDecision(timing, 'local', 'this host has room', self, [], alternative)
    const name = durationClass(lot.shape.class, alternative)
    const decision = withPrediction(plain, 0, durations.expected(name))
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), alternative, decision })
    return tasks.length
  }

  /** Out of the line what this host has room for as this alternative, and their tenant may have, at most `limit`. */
  take(lot: Lot, alternative: number, limit: number, now: Millis): Waiting[] {
    const count = this.#fits(lot, alternative, limit)
    if (count === 0) return []
    const shape = shapeAs(lot.shape, alternative)
    spend(this.#room!, shape.request, count, this.#parts.local.offer().gpus)
    this.#quotas?.spend(lot.tenant, shape.request, count)
    if (isTied(shape)) this.#kept.push(shape)
    return this.#parts.lots.take(lot, alternative, count, now)
  }

  /** What this host would answer if it were asked for so many; undefined: no room. */
  bid(lot: Lot, { count, dueInMs, afterMs }: Quoted, now: Millis): Bid | undefined {
    for (const [alternative, request] of requestsOf(lot.shape).entries()) {
      const room = this.#fits(lot, alternative, count)
      if (room === 0) continue
      const offered = { ...bidTerms(this.#parts, lot.shape, { alternative, request, room }, dueInMs), loadSeq: 0 }
      const terms = withFetch(offered, fetchMsTo(this.#parts.self, lot, this.#parts.members))
      return { peer: this.#parts.self, terms, offeredMs: Math.floor(now), afterMs }
    }
    return undefined
  }

  /** How many of the lot could start here now as this alternative, and their tenant may have, at most `limit`. */
  #fits(lot: Lot, alternative: number, limit: number): number {
    const { local } = this.#parts
    const offer = local.offer()
    const shape = shapeAs(lot.shape, alternative)
    if (lot.size === 0 || offer.draining || decideFit(offer, shape)) return 0
    this.#room ??= local.queued() > 0 ? undefined : copyVector(local.free())
    if (!this.#room || decideTies(this.#ties(), shape)) return 0
    const wanted = Math.min(lot.size, limit, countTogether(shape))
    this.#quotas ??= local.quotas()?.copy()
    const allowed = Math.max(0, this.#quotas?.allowed(lot.tenant, shape.request, wanted) ?? wanted)
    return Math.min(allowed, copiesThatFit(this.#room, shape.request, allowed, offer.gpus))
  }

  #ties(): readonly Ties[] {
    const here = this.#parts.local.ties()
    return this.#kept.length === 0 ? here : [...here, ...this.#kept]
  }
}
