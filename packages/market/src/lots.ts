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

/** assumed of a class while nothing at all has run here (guess) */
const runMsUnknown = 1_000

export interface LotsView {
  durations: Durations
  /** of all hosts together */
  capacity(): ResourceVector
}

/** The tasks that wait to be placed, by shape, and when each lot is looked at again. A task is in at most one lot. */
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
   * A task that others had before is a lot of its own: it may not go where its like may. So are those whose large inputs lie
   * with the same peers, and those that few keep: a host that has just started may have them at once.
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

  /** Where it waits; undefined: not here. */
  lotOf(task: TaskId): Lot | undefined {
    return this.#lotOf.get(task)
  }

  /** Takes this one out of its line, for room that it is given as this alternative. */
  takeOne(lot: Lot, task: TaskId, alternative: number, now: Millis): void {
    this.#charge(lot, alternative, 1)
    this.withdraw(task)
    if (lot.size > 0) this.lookAgain(lot, now)
  }

  /** Takes the first `count` out of the line, for room that they are given as this alternative. */
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

  /** An empty lot stays only while an auction asks for it. */
  tidy(lot: Lot): void {
    if (lot.size > 0) return
    lot.quietUntil = 0
    lot.quietMs = 0
    this.#quiet.delete(lot.key)
    if (lot.auction === undefined) this.#lots.delete(lot.key)
  }

  /** How many a lot may take before the next one has its turn: of several tenants none gets all that there is. */
  get atOnce(): number {
    return this.#turns.waiting.size > 1 ? 1 : Infinity
  }

  /**
   * Lots in the order in which they get room. Of one tenant each comes once; of several, one comes again and again, as
   * what was taken in between makes it its turn, until it takes nothing.
   */
  inTurns(now: Millis): Generator<Lot> {
    const order = new TurnOrder(this.#lots.values(), this.#turns, { now, ageingMs: this.#config.ageingMs })
    return this.#turns.waiting.size > 1 ? order.untilNothingIsTaken() : order.once()
  }

  // ---- when to look at them

  /** As soon as it need not be quiet. */
  lookAgain(lot: Lot, now: Millis): void {
    this.#quiet.set(lot.key, Math.max(now, lot.quietUntil))
  }

  lookAgainAtAll(now: Millis): void {
    for (const lot of this.#lots.values()) if (lot.size > 0) this.lookAgain(lot, now)
  }

  /**
   * Nobody had room: no new auction for a while, each time twice as long, `firstMs` to begin with; `share`: for so much of
   * that while.
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
