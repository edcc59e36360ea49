import type { Millis, WallMillis } from '@souk/kernel'
import { type Priority, priorities } from '@souk/wire'

export interface Queued<T> {
  item: T
  sinceMs: Millis
  dueWallMs: WallMillis | undefined
}

/** Of one priority: those with a deadline, earliest first, and the others by arrival. */
interface Level<T> {
  due: Queued<T>[]
  plain: Queued<T>[]
}

/** The waiting runs of one tenant. */
export class TenantLine<T> {
  readonly tenant: string
  readonly levels: readonly Level<T>[] = priorities.map(() => ({ due: [], plain: [] }))
  #size = 0

  constructor(tenant: string) {
    this.tenant = tenant
  }

  get size(): number {
    return this.#size
  }

  push({ priority }: { priority: Priority }, queued: Queued<T>): void {
    const { due, plain } = this.levels[priorities.indexOf(priority)]!
    const { dueWallMs } = queued
    if (dueWallMs === undefined) insert(plain, queued, (other) => other.sinceMs > queued.sinceMs)
    else {
      // Behind those that are wanted by the same time.
      insert(due, queued, (other) => other.dueWallMs! > dueWallMs)
    }
    this.#size++
  }

  remove(matches: (item: T) => boolean): Queued<T> | undefined {
    for (const { due, plain } of this.levels) {
      for (const list of [due, plain]) {
        const at = list.findIndex((queued) => matches(queued.item))
        if (at < 0) continue
        this.#size--
        return list.splice(at, 1)[0]
      }
    }
    return undefined
  }

  items(): T[] {
    return this.levels.flatMap(({ due, plain }) => [...due, ...plain].map((queued) => queued.item))
  }
}

/** In front of the first of those that come after it. */
function insert<T>(list: Queued<T>[], queued: Queued<T>, comesAfter: (other: Queued<T>) => boolean): void {
  const last = list.at(-1)
  if (!last || !comesAfter(last)) list.push(queued)
  else list.splice(list.findIndex(comesAfter), 0, queued)
}

/** Goes through a tenant's line in the order in which its runs would start, and changes nothing in it. */
export class Cursor<T> {
  readonly tenant: string
  readonly #line: TenantLine<T>
  readonly #now: Millis
  readonly #ageingMs: Millis
  #left: number
  readonly #next = priorities.map(() => ({ due: 0, plain: 0 }))
  /** what comes next, and its rank: its priority less one for each ageing period it has waited */
  head: Queued<T> | undefined
  rank = Infinity
  #at: { level: number; kind: 'due' | 'plain' } | undefined

  /** @param limit how many it goes through at most */
  constructor(line: TenantLine<T>, { now, ageingMs, limit }: { now: Millis; ageingMs: Millis; limit: number }) {
    this.tenant = line.tenant
    this.#line = line
    this.#now = now
    this.#ageingMs = ageingMs
    this.#left = limit
    this.#find()
  }

  next(): Queued<T> | undefined {
    const { head } = this
    if (this.#at) this.#next[this.#at.level]![this.#at.kind]++
    this.#left--
    this.#find()
    return head
  }

  /** Of one rank the higher priority, then the one with a deadline: ageing lifts beside equals, not past them. */
  #find(): void {
    this.head = undefined
    this.rank = Infinity
    this.#at = undefined
    if (this.#left <= 0) return
    for (let level = 0; level < this.#next.length; level++) {
      for (const kind of ['due', 'plain'] as const) {
        const queued = this.#line.levels[level]![kind][this.#next[level]![kind]]
        if (!queued) continue
        const rank = level - Math.floor((this.#now - queued.sinceMs) / this.#ageingMs)
        if (rank >= this.rank) continue
        this.rank = rank
        this.head = queued
        this.#at = { level, kind }
      }
    }
  }
}
