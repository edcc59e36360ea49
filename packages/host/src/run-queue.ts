import type { Millis } from '@souk/kernel'
import { type Priority, priorities } from '@souk/wire'

export interface Queued<T> {
  item: T
  sinceMs: Millis
}

/** Waiting runs: by priority with ageing, then by arrival. Each level is first in, first out. */
export class RunQueue<T> {
  readonly #levels: Queued<T>[][] = priorities.map(() => [])
  readonly #ageingMs: Millis
  #size = 0

  constructor(ageingMs: Millis) {
    this.#ageingMs = ageingMs
  }

  get size(): number {
    return this.#size
  }

  push(priority: Priority, item: T, now: Millis): void {
    this.#levels[priorities.indexOf(priority)]!.push({ item, sinceMs: now })
    this.#size++
  }

  /** The order in which they would start now, the first `limit`. */
  first(limit: number, now: Millis): Queued<T>[] {
    const next = this.#levels.map(() => 0)
    const order: Queued<T>[] = []
    while (order.length < limit) {
      const level = this.#best(next, now)
      if (level === undefined) break
      order.push(this.#levels[level]![next[level]!++]!)
    }
    return order
  }

  remove(matches: (item: T) => boolean): T | undefined {
    for (const level of this.#levels) {
      const i = level.findIndex((queued) => matches(queued.item))
      if (i < 0) continue
      this.#size--
      return level.splice(i, 1)[0]!.item
    }
    return undefined
  }

  items(): T[] {
    return this.#levels.flatMap((level) => level.map((queued) => queued.item))
  }

  /** The level whose next entry ranks first: its own rank less one for each ageing period it has waited. */
  #best(next: number[], now: Millis): number | undefined {
    let best: number | undefined
    let bestRank = Infinity
    for (let level = 0; level < this.#levels.length; level++) {
      const queued = this.#levels[level]![next[level]!]
      if (!queued) continue
      const rank = level - Math.floor((now - queued.sinceMs) / this.#ageingMs)
      if (rank < bestRank) {
        best = level
        bestRank = rank
      }
    }
    return best
  }
}
