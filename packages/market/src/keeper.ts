import { copiesThatFit, copyVector, type Millis, type ResourceVector } from '@souk/kernel'
import { type PeerId, requestsOf } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { shapeAs } from './shape.ts'
import { spend } from './spend.ts'
import { type FrameOf, plainDecision } from './to-decision.ts'
import type { LocalView } from './views.ts'

/** Local first: what could start here this instant needs no auction. */
export class Keeper {
  readonly #self: PeerId
  readonly #local: LocalView
  readonly #lots: Lots
  readonly #frame: FrameOf
  /** what is left of this host in the current step, after what was kept in it */
  #room: ResourceVector | undefined

  constructor({ self, local, lots, frame }: { self: PeerId; local: LocalView; lots: Lots; frame: FrameOf }) {
    this.#self = self
    this.#local = local
    this.#lots = lots
    this.#frame = frame
  }

  /** A new step: this host has what it says. */
  begin(): void {
    this.#room = undefined
  }

  /** What is asked for by preference, at once; what will do instead only when everybody was asked and had no room. */
  keepWhatFits(lot: Lot, now: Millis, out: AuctioneerEffect[]): void {
    const upTo = lot.quietMs > 0 ? requestsOf(lot.shape).length : 1
    for (let alternative = 0; alternative < upTo; alternative++) this.keep(lot, alternative, now, out)
  }

  /** As many as fit as this alternative; returns how many. */
  keep(lot: Lot, alternative: number, now: Millis, out: AuctioneerEffect[]): number {
    const offer = this.#local.offer()
    const shape = shapeAs(lot.shape, alternative)
    if (lot.size === 0 || offer.draining || decideFit(offer, shape)) return 0
    this.#room ??= this.#local.queued() > 0 ? undefined : copyVector(this.#local.free())
    if (!this.#room) return 0
    const count = Math.min(lot.size, copiesThatFit(this.#room, shape.request, lot.size))
    if (count === 0) return 0
    spend(this.#room, shape.request, count)
    const tasks = this.#lots.take(lot, count, now)
    const frame = this.#frame(tasks[0]!.sinceMs, now, now)
    const decision = plainDecision(frame, 'local', 'this host has room', this.#self, [], alternative)
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), alternative, decision })
    return count
  }
}
