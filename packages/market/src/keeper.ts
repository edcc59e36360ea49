import { copiesThatFit, copyVector, type Millis, type ResourceVector } from '@souk/kernel'
import { type PeerId, requestsOf, type Ties } from '@souk/wire'
import type { AuctioneerEffect } from './auctioneer-io.ts'
import { decideFit } from './fit.ts'
import type { Lot } from './lot.ts'
import type { Lots } from './lots.ts'
import { shapeAs } from './shape.ts'
import { spend } from './spend.ts'
import { countTogether, decideTies, isTied, unmetMilli } from './ties.ts'
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
  /** ties of what was kept in it */
  #kept: Ties[] = []

  constructor({ self, local, lots, frame }: { self: PeerId; local: LocalView; lots: Lots; frame: FrameOf }) {
    this.#self = self
    this.#local = local
    this.#lots = lots
    this.#frame = frame
  }

  /** A new step: this host has what it says. */
  begin(): void {
    this.#room = undefined
    this.#kept = []
  }

  /** What is asked for by preference, at once; what will do instead only when everybody was asked and had no room. */
  keepWhatFits(lot: Lot, now: Millis, out: AuctioneerEffect[]): void {
    // Another host may have the company that it prefers.
    if (lot.quietMs === 0 && unmetMilli(this.#ties(), lot.shape) > 0) return
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
    if (decideTies(this.#ties(), shape)) return 0
    const wanted = Math.min(lot.size, countTogether(shape))
    const count = Math.min(wanted, copiesThatFit(this.#room, shape.request, wanted))
    if (count === 0) return 0
    spend(this.#room, shape.request, count)
    if (isTied(shape)) this.#kept.push(shape)
    const tasks = this.#lots.take(lot, count, now)
    const frame = this.#frame(tasks[0]!.sinceMs, now, now)
    const decision = plainDecision(frame, 'local', 'this host has room', this.#self, [], alternative)
    out.push({ type: 'keep', tasks: tasks.map(({ task }) => task), alternative, decision })
    return count
  }

  #ties(): readonly Ties[] {
    const here = this.#local.ties()
    return this.#kept.length === 0 ? here : [...here, ...this.#kept]
  }
}
