import type { Millis } from '@souk/kernel'
import { type PeerId, type Priority, priorities, type Shape, type TaskId } from '@souk/wire'

export interface Waiting {
  task: TaskId
  priority: Priority
  sinceMs: Millis
  failIfUnplaceable: boolean
  /** why it waits, as its readers know it; '' before they were told */
  told: '' | 'no-room' | 'unplaceable'
}

/** Tasks of one shape that wait with this bearer: by priority with ageing, then by age. */
export class Lot {
  readonly key: string
  readonly shape: Shape
  /** who had its one task before and must not get it again; of most lots nobody */
  readonly avoid: ReadonlySet<PeerId>
  readonly #levels: Map<TaskId, Waiting>[] = priorities.map(() => new Map())
  #size = 0
  /** the auction that asks for it now */
  auction: number | undefined
  /** no new auction before this: nobody had room */
  quietUntil: Millis = 0
  quietMs: Millis = 0

  constructor(key: string, shape: Shape, avoid: readonly PeerId[] = []) {
    this.key = key
    this.shape = shape
    this.avoid = new Set(avoid)
  }

  get size(): number {
    return this.#size
  }

  add(waiting: Waiting): void {
    this.#levels[priorities.indexOf(waiting.priority)]!.set(waiting.task, waiting)
    this.#size++
  }

  remove(task: TaskId): boolean {
    for (const level of this.#levels) {
      if (!level.delete(task)) continue
      this.#size--
      return true
    }
    return false
  }

  /** Rank of the first in line: lower goes first. */
  rank(now: Millis, ageingMs: Millis): { level: number; sinceMs: Millis } | undefined {
    let best: { level: number; sinceMs: Millis } | undefined
    for (let i = 0; i < this.#levels.length; i++) {
      const first = this.#levels[i]!.values().next().value
      if (!first) continue
      const level = i - Math.floor((now - first.sinceMs) / ageingMs)
      if (!best || level < best.level) best = { level, sinceMs: first.sinceMs }
    }
    return best
  }

  /** Takes the first `count` out of the line. */
  take(count: number, now: Millis, ageingMs: Millis): Waiting[] {
    const taken: Waiting[] = []
    while (taken.length < count && this.#size > 0) {
      const level = this.#bestLevel(now, ageingMs)
      const first = level.values().next().value!
      level.delete(first.task)
      this.#size--
      taken.push(first)
    }
    return taken
  }

  *waiting(): Generator<Waiting> {
    for (const level of this.#levels) yield* level.values()
  }

  /** Those that have not heard yet that they wait for this reason: they have now. */
  tell(why: Exclude<Waiting['told'], ''>): TaskId[] {
    const told: TaskId[] = []
    for (const waiting of this.waiting()) {
      if (waiting.told === why) continue
      waiting.told = why
      told.push(waiting.task)
    }
    return told
  }

  first(): Waiting | undefined {
    return this.#levels
      .find((level) => level.size > 0)
      ?.values()
      .next().value
  }

  #bestLevel(now: Millis, ageingMs: Millis): Map<TaskId, Waiting> {
    let best: Map<TaskId, Waiting> | undefined
    let bestRank = Infinity
    this.#levels.forEach((level, i) => {
      const first = level.values().next().value
      if (!first) return
      const rank = i - Math.floor((now - first.sinceMs) / ageingMs)
      if (rank < bestRank) {
        best = level
        bestRank = rank
      }
    })
    return best!
  }
}
