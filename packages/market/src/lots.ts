import { Deadlines, type Millis, type ResourceVector } from '@souk/kernel'
import { type PeerId, requestOf, specBlobs, type TaskId, type TaskRecord } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { type Durations, durationClass } from './durations.ts'
import { keepersOf } from './fetching.ts'
import { Lot } from './lot.ts'
import { shapeKey, shapeOf } from './shape.ts'
import { TurnOrder } from './turn-order.ts'
import { Turns } from './turns.ts'
import type { Waiting } from './waiting-line.ts'

/** duration that a tenant is charged for while nothing at all has run here (guess) */
const runMsUnknown = 1_000

export interface LotsView {
  durations: Durations
  /** of all hosts together */
  capacity(): ResourceVector
}

/**
 * The lots of one auctioneer: which task is in which lot (at most one), whose turn it is among tenants, and when each lot is
 * looked at again.
 */
export class Lots {
  readonly #config: MarketConfig
  readonly #lots = new Map<string, Lot>()
  readonly #lotOf = new Map<TaskId, Lot>()
  readonly #quiet = new Deadlines<string>()

  readonly #view: LotsView
  readonly #turns: Turns

  constructor(config: MarketConfig, view: LotsView) {
    this.#config = config
    this.#view = view
    this.#turns = new Turns(config.tenantWeights)
  }

  /** Tasks in all lots. */
  get size(): number {
    return this.#lotOf.size
  }

  /** Tasks of this tenant in all lots. */
  sizeOf(tenant: string): number {
    return this.#turns.waiting.of(tenant)
  }

  /** Tasks of each class in all lots. */
  sizeByClass(): ReadonlyMap<string, number> {
    const sizes = new Map<string, number>()
    for (const { shape, size } of this.#lots.values()) sizes.set(shape.class, (sizes.get(shape.class) ?? 0) + size)
    return sizes
  }

  get(key: string): Lot | undefined {
    return this.#lots.get(key)
  }

  /**
   * Tasks share a lot only where the same hosts will do for all of them. So a task that other peers had before is a lot of
   * its own, and tasks are told apart by who has their large inputs and by whether fewer than three custodians keep them.
   */
  add(record: TaskRecord, now: Millis, avoid: readonly PeerId[] = []): void {
    const { spec, id, submittedWallMs, custodians } = record
    const shape = shapeOf(spec)
    const inputBytes = specBlobs(spec).reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    const keepers = keepersOf(record, inputBytes)
    const fewKeep = custodians.length < 3
    const kept = fewKeep ? `${shapeKey(shape)}+few` : shapeKey(shape)
    const like = keepers.length > 0 ? `${kept}@${keepers.join()}` : kept
    const key = avoid.length > 0 ? `${like}/${id}` : like
    let lot = this.#lots.get(key)
    if (!lot) {
      lot = new Lot(key, shape, { avoid, keepers, fewKeep })
      this.#lots.set(key, lot)
    }
    const { priority, failIfUnplaceable, deadlineMs, timeoutMs } = spec
    const dueWallMs = deadlineMs === undefined ? undefined : submittedWallMs + deadlineMs
    lot.add({ task: id, priority, sinceMs: now, dueWallMs, failIfUnplaceable, timeoutMs, inputBytes, told: '' })
    this.#lotOf.set(id, lot)
    this.#turns.waiting.add(lot.tenant)
    this.lookAgain(lot, now)
  }

  withdraw(task: TaskId): void {
    const lot = this.#lotOf.get(task)
    if (!lot) return
    lot.remove(task)
    this.#lotOf.delete(task)
    this.#turns.waiting.remove(lot.tenant)
    this.tidy(lot)
  }

  /** The lot of this task; undefined: it does not wait here. */
  lotOf(task: TaskId): Lot | undefined {
    return this.#lotOf.get(task)
  }

  /** Takes this task out of its lot, charging its tenant for room as this alternative. */
  takeOne(lot: Lot, task: TaskId, alternative: number, now: Millis): void {
    this.#charge(lot, alternative, 1)
    this.withdraw(task)
    if (lot.size > 0) this.lookAgain(lot, now)
  }

  /** Takes the first `count` tasks out of the lot, charging their tenant for room as this alternative. */
  take(lot: Lot, alternative: number, count: number, now: Millis): Waiting[] {
    const taken = lot.take(count, now, this.#config.ageingMs)
    this.#charge(lot, alternative, taken.length)
    for (const { task } of taken) {
      this.#lotOf.delete(task)
      this.#turns.waiting.remove(lot.tenant)
    }
    this.tidy(lot)
    return taken
  }

  #charge({ shape, tenant }: Lot, alternative: number, count: number): void {
    if (this.#turns.waiting.size <= 1) return
    const { durations, capacity } = this.#view
    const ms = durations.meanMs(durationClass(shape.class, alternative)) ?? durations.overallMs ?? runMsUnknown
    this.#turns.charge(tenant, count, requestOf(shape, alternative), ms, capacity())
  }

  /** Forgets a lot that is empty, unless an auction for it is still under way. */
  tidy(lot: Lot): void {
    if (lot.size > 0) return
    lot.quietUntil = 0
    lot.quietMs = 0
    this.#quiet.delete(lot.key)
    if (lot.auction === undefined) this.#lots.delete(lot.key)
  }

  /** Tasks that one lot may place before the next lot has its turn: one while several tenants wait, so that none gets it all. */
  get atOnce(): number {
    return this.#turns.waiting.size > 1 ? 1 : Infinity
  }

  /**
   * Lots in the order in which they get room. With one tenant each lot comes once. With several a lot comes again for each
   * task that was taken from it, when it is its tenant's turn again, until nothing is taken from it.
   */
  inTurns(now: Millis): Generator<Lot> {
    const order = new TurnOrder(this.#lots.values(), this.#turns, { now, ageingMs: this.#config.ageingMs })
    return this.#turns.waiting.size > 1 ? order.untilNothingIsTaken() : order.once()
  }

  // ---- when to look at them

  /** Has the lot looked at as soon as its pause is over. */
  lookAgain(lot: Lot, now: Millis): void {
    this.#quiet.set(lot.key, Math.max(now, lot.quietUntil))
  }

  lookAgainAtAll(now: Millis): void {
    for (const lot of this.#lots.values()) if (lot.size > 0) this.lookAgain(lot, now)
  }

  /**
   * No host had room: no new auction of this lot for a pause that doubles each time, from `firstMs` up to askAgainMsMax.
   * `share`: the part of the pause that is waited, to keep competing bearers out of step.
   */
  beQuiet(lot: Lot, { firstMs, share = 1 }: { firstMs: Millis; share?: number }, now: Millis): void {
    lot.quietMs = Math.min(this.#config.askAgainMsMax, Math.max(firstMs, 2 * lot.quietMs, 20))
    lot.quietUntil = now + share * lot.quietMs
    this.#quiet.set(lot.key, lot.quietUntil)
  }

  next(): Millis | undefined {
    return this.#quiet.next()
  }

  /** Each lot that is to be looked at now, once. */
  *due(now: Millis): Generator<Lot> {
    for (let key = this.#quiet.popDue(now); key !== undefined; key = this.#quiet.popDue(now)) {
      const lot = this.#lots.get(key)
      if (lot) yield lot
    }
  }

  snapshot() {
    return [...this.#lots.values()].map((lot) => ({
      shape: lot.shape,
      waiting: lot.size,
      quietUntil: lot.quietUntil,
    }))
  }
}
