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

/** What the other hosts of the auction were asked. */
interface Quoted {
  count: number
  /** until the earliest deadline in the lot */
  dueInMs: Millis | undefined
  /** since they were asked */
  afterMs: Millis
}

/**
 * Places tasks on the auctioneer's own host: what could start here now needs no auction, unless hosts are to be compared;
 * then this host bids like the others. It keeps count of the room it has given away within one step.
 */
export class Keeper {
  readonly ahead: KeepAhead
  readonly #config: MarketConfig
  readonly #parts: KeeperParts
  /** free room of this host, less what was kept in the current step; undefined: not looked at yet, or tasks queue here */
  #room: ResourceVector | undefined
  /** quotas left here, less what was kept in this step */
  #quotas: QuotaRoom | undefined
  /** ties of the tasks kept in this step */
  #kept: Ties[] = []

  constructor(config: MarketConfig, parts: KeeperParts) {
    this.#config = config
    this.#parts = parts
    this.ahead = new KeepAhead(config, parts)
  }

  /** A new step begins: what was kept before is in the host's own figures by now. */
  begin(): void {
    this.#room = undefined
    this.#quotas = undefined
    this.#kept = []
  }

  /**
   * Whether other hosts are asked before anything is kept here: for zoned tasks and objectives that choose among all hosts;
   * and, before an auction has failed, for tasks whose large inputs other hosts have, that want devices (to keep those
   * wherever they fit costs half a point of allocation: `pnpm bench placement`) or would strand devices of this host. Lots
   * that found no room before, and tasks shorter than asking takes, go wherever there is room.
   */
  comparesAll(lot: Lot): boolean {
    // Another host of the zone may run something that keeps this task away: all of them must be asked.
    if (isZoned(lot.shape) || comparesAll(objectiveOf(lot.shape, this.#config))) return true
    const { self, local, packing, pace } = this.#parts
    if (lot.quietMs === 0 && lot.keepers.size > 0 && !lot.keepers.has(self)) return true
    if (lot.quietMs > 0 || local.offer().capacity.gpuMilli.length === 0 || pace.isShort(lot.shape.class)) return false
    return requestsOf(lot.shape).some((request, alternative) => {
      if (this.#fits(lot, alternative, 1) === 0) return false
      return request.gpu.count > 0 || (packing.fitting(request)?.strandsMilli ?? 0) > 0
    })
  }

  /** Keeps what fits of the request itself, and of its alternatives only once an auction found no room; at most `atOnce`. */
  keepWhatFits(lot: Lot, now: Millis, out: AuctioneerEffect[], atOnce = Infinity): void {
    if (isZoned(lot.shape)) return
    // Another host may have the company that these tasks prefer.
    if (lot.quietMs === 0 && unmetMilli(this.#ties(), lot.shape) > 0) return
    const upTo = lot.quietMs > 0 ? requestsOf(lot.shape).length : 1
    let left = atOnce
    for (let alternative = 0; alternative < upTo; alternative++) left -= this.keep(lot, alternative, now, out, left)
  }

  /** Keeps as many as fit as this alternative, at most `limit`; returns how many. */
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

  /** Takes out of the lot what this host has room and quota for as this alternative, at most `limit`. */
  take(lot: Lot, alternative: number, limit: number, now: Millis): Waiting[] {
    const count = this.#fits(lot, alternative, limit)
    if (count === 0) return []
    const shape = shapeAs(lot.shape, alternative)
    spend(this.#room!, shape.request, count, this.#parts.local.offer().gpus)
    this.#quotas?.spend(lot.tenant, shape.request, count)
    if (isTied(shape)) this.#kept.push(shape)
    return this.#parts.lots.take(lot, alternative, count, now)
  }

  /** The bid of this host for `count` tasks of the lot; undefined: no room. */
  bid(lot: Lot, { count, dueInMs, afterMs }: Quoted, now: Millis): Bid | undefined {
    for (const [alternative, request] of requestsOf(lot.shape).entries()) {
      const room = this.#fits(lot, alternative, count)
      if (room === 0) continue
      const offered = { ...bidTerms(this.#parts, lot.shape, { alternative, request, room }, dueInMs), loadSeq: 0 }
      const terms = withFetch(offered, fetchMsTo(this.#parts.self, lot, this.#parts.members))
      return { peer: this.#parts.self, incarnation: 0, terms, offeredMs: Math.floor(now), afterMs }
    }
    return undefined
  }

  /** How many tasks of the lot could start here now as this alternative, within quota and ties; at most `limit`. */
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
