import { copiesThatFit, copyVector, type Millis, type QuotaRoom, type ResourceVector } from '@souk/kernel'
import { type PeerId, requestsOf, type Ties } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import { type Durations, durationClass } from './durations.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { shapeAs } from './shape.ts'
import { spend } from './spend.ts'
import { countTogether, decideTies, isTied, unmetMilli } from './ties.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { LocalView } from './views.ts'
import type { Waiting } from './waiting-line.ts'
import { withPrediction } from './with-prediction.ts'

interface KeeperParts {
  self: PeerId
  local: LocalView
  lots: Lots
  durations: Durations
  frame: FrameOf
}

/** Local first: what could start here this instant needs no auction. */
export class Keeper {
  readonly #self: PeerId
  readonly #local: LocalView
  readonly #lots: Lots
  readonly #durations: Durations
  readonly #frame: FrameOf
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined
  /** and of what tenants may have here */
  #quotas: QuotaRoom | undefined
  /** ties of what was kept in it */
  #kept: Ties[] = []

  constructor({ self, local, lots, durations, frame }: KeeperParts) {
    this.#durations = durations
    this.#self = self
    this.#local = local
    this.#lots = lots
    this.#frame = frame
  }

  /** A new step: this host has what it says. */
  begin(): void {
    this.#room = undefined
    this.#quotas = undefined
    this.#kept = []
  }

  /**
   * What is asked for by preference, at once; what will do instead only when everybody was asked and had no room. At most
   * `atOnce`.
   */
  keepWhatFits(lot: Lot, now: Millis, out: AuctioneerEffect[], atOnce = Infinity): void {
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
    const frame = this.#frame(tasks[0]!.sinceMs, now, now)
    const plain = plainDecision(frame, 'local', 'this host has room', this.#self, [], alternative)
    const name = durationClass(lot.shape.class, alternative)
    const decision = withPrediction(plain, 0, this.#durations.expected(name))
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), alternative, decision })
    return tasks.length
  }

  /** Out of the line what this host has room for as this alternative, and their tenant may have, at most `limit`. */
  take(lot: Lot, alternative: number, limit: number, now: Millis): Waiting[] {
    const offer = this.#local.offer()
    const shape = shapeAs(lot.shape, alternative)
    if (lot.size === 0 || offer.draining || decideFit(offer, shape)) return []
    this.#room ??= this.#local.queued() > 0 ? undefined : copyVector(this.#local.free())
    if (!this.#room || decideTies(this.#ties(), shape)) return []
    this.#quotas ??= this.#local.quotas()?.copy()
    const wanted = Math.min(lot.size, limit, countTogether(shape))
    const allowed = this.#quotas?.allowed(lot.tenant, shape.request, wanted) ?? wanted
    const count = Math.min(allowed, copiesThatFit(this.#room, shape.request, allowed, offer.gpus))
    if (count <= 0) return []
    spend(this.#room, shape.request, count, offer.gpus)
    this.#quotas?.spend(lot.tenant, shape.request, count)
    if (isTied(shape)) this.#kept.push(shape)
    return this.#lots.take(lot, alternative, count, now)
  }

  #ties(): readonly Ties[] {
    const here = this.#local.ties()
    return this.#kept.length === 0 ? here : [...here, ...this.#kept]
  }
}
