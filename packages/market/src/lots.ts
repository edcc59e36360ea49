import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId, TaskId, TaskRecord } from '@souk/wire'
import type { MarketConfig } from './config.ts'
import { Lot, type Waiting } from './lot.ts'
import { shapeKey, shapeOf } from './shape.ts'

/** The tasks that wait to be placed, by shape, and when each lot is looked at again. A task is in at most one lot. */
export class Lots {
  readonly #config: MarketConfig
  readonly #lots = new Map<string, Lot>()
  readonly #lotOf = new Map<TaskId, Lot>()
  readonly #quiet = new Deadlines<string>()

  constructor(config: MarketConfig) {
    this.#config = config
  }

  /** Tasks in all lots. */
  get size(): number {
    return this.#lotOf.size
  }

  get(key: string): Lot | undefined {
    return this.#lots.get(key)
  }

  /** A task that others had before is a lot of its own: it may not go where its like may. */
  add({ spec, id }: TaskRecord, now: Millis, avoid: readonly PeerId[] = []): void {
    const shape = shapeOf(spec)
    const key = avoid.length > 0 ? `${shapeKey(shape)}/${id}` : shapeKey(shape)
    let lot = this.#lots.get(key)
    if (!lot) {
      lot = new Lot(key, shape, avoid)
      this.#lots.set(key, lot)
    }
    const { priority, failIfUnplaceable } = spec
    lot.add({ task: id, priority, sinceMs: now, failIfUnplaceable, told: '' })
    this.#lotOf.set(id, lot)
    this.lookAgain(lot, now)
  }

  withdraw(task: TaskId): void {
    const lot = this.#lotOf.get(task)
    if (!lot) return
    lot.remove(task)
    this.#lotOf.delete(task)
    this.tidy(lot)
  }

  /** Takes the first `count` out of the line. */
  take(lot: Lot, count: number, now: Millis): Waiting[] {
    const taken = lot.take(count, now, this.#config.ageingMs)
    for (const { task } of taken) this.#lotOf.delete(task)
    this.tidy(lot)
    return taken
  }

  /** An empty lot stays only while an auction asks for it. */
  tidy(lot: Lot): void {
    if (lot.size > 0) return
    lot.quietUntil = 0
    lot.quietMs = 0
    this.#quiet.delete(lot.key)
    if (lot.auction === undefined) this.#lots.delete(lot.key)
  }

  /** Lots with waiting tasks, the one whose first in line ranks first in front. */
  inOrder(now: Millis): Lot[] {
    return [...this.#lots.values()]
      .filter((lot) => lot.size > 0)
      .map((lot) => ({ lot, rank: lot.rank(now, this.#config.ageingMs)! }))
      .sort(
        (a, b) => a.rank.level - b.rank.level || a.rank.sinceMs - b.rank.sinceMs || (a.lot.key < b.lot.key ? -1 : 1),
      )
      .map(({ lot }) => lot)
  }

  // ---- when to look at them

  /** As soon as it need not be quiet. */
  lookAgain(lot: Lot, now: Millis): void {
    this.#quiet.set(lot.key, Math.max(now, lot.quietUntil))
  }

  lookAgainAtAll(now: Millis): void {
    for (const lot of this.#lots.values()) if (lot.size > 0) this.lookAgain(lot, now)
  }

  /** Nobody had room: no new auction for a while, each time twice as long, `firstMs` to begin with. */
  beQuiet(lot: Lot, firstMs: Millis, now: Millis): void {
    lot.quietMs = Math.min(this.#config.askAgainMsMax, Math.max(firstMs, 2 * lot.quietMs, 20))
    lot.quietUntil = now + lot.quietMs
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
