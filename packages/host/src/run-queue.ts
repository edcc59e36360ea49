import type { Millis, ResourceVector, Shares, WallMillis } from '@souk/kernel'
import type { Priority, TaskRecord } from '@souk/wire'
import { Cursor, type Queued, TenantLine } from './tenant-line.ts'

/** Where a waiting run stands. */
export interface Standing {
  priority: Priority
  tenant: string
  /** by when it is wanted, by the clock on the wall; undefined: it has no deadline */
  dueWallMs: WallMillis | undefined
}

export function standingOf({ spec, submittedWallMs }: TaskRecord): Standing {
  const { priority, tenant, deadlineMs } = spec
  return { priority, tenant, dueWallMs: deadlineMs === undefined ? undefined : submittedWallMs + deadlineMs }
}

/** What tenants have of this host now, and what it has in all. */
export interface FairView {
  shares: Shares
  total: ResourceVector
}

/**
 * Waiting runs: by priority with ageing; of one priority the tenant that has the smallest weighted dominant share of the
 * host, and of one tenant by deadline, then by arrival.
 *
 * I14: the next run belongs to no tenant that has more than another one with a run of the same rank that fits. So a start
 * never puts a tenant ahead of another that waits by more than that one run.
 */
export class RunQueue<T> {
  readonly #lines = new Map<string, TenantLine<T>>()
  readonly #ageingMs: Millis
  #size = 0

  constructor(ageingMs: Millis) {
    this.#ageingMs = ageingMs
  }

  get size(): number {
    return this.#size
  }

  /** Those of one tenant alone wait here. */
  get ofOneTenant(): boolean {
    return this.#lines.size === 1
  }

  /** `sinceMs`: when it came here, which may be a while ago. */
  push(standing: Standing, item: T, sinceMs: Millis): void {
    const { tenant } = standing
    let line = this.#lines.get(tenant)
    if (!line) {
      line = new TenantLine(tenant)
      this.#lines.set(tenant, line)
    }
    line.push(standing, { item, sinceMs, dueWallMs: standing.dueWallMs })
    this.#size++
  }

  /** The order in which one of them may start now, of each tenant the first `limit`. For one start: it changes the shares. */
  *inOrder(limit: number, now: Millis, fair: FairView): Generator<Queued<T>> {
    const cursors = [...this.#lines.values()].map((line) => new Cursor(line, { now, ageingMs: this.#ageingMs, limit }))
    for (let next = first(cursors, fair); next; next = first(cursors, fair)) yield next.next()!
  }

  remove(matches: (item: T) => boolean): T | undefined {
    for (const line of this.#lines.values()) {
      const removed = line.remove(matches)
      if (!removed) continue
      this.#size--
      if (line.size === 0) this.#lines.delete(line.tenant)
      return removed.item
    }
    return undefined
  }

  items(): T[] {
    return [...this.#lines.values()].flatMap((line) => line.items())
  }
}

function first<T>(cursors: readonly Cursor<T>[], { shares, total }: FairView): Cursor<T> | undefined {
  if (cursors.length === 1) return cursors[0]!.head && cursors[0]
  let best: Cursor<T> | undefined
  for (const cursor of cursors) {
    if (cursor.head && (!best || goesBefore(cursor, best, (tenant) => shares.share(tenant, total)))) best = cursor
  }
  return best
}

function goesBefore<T>(a: Cursor<T>, b: Cursor<T>, shareOf: (tenant: string) => number): boolean {
  if (a.rank !== b.rank) return a.rank < b.rank
  const [ofA, ofB] = [shareOf(a.tenant), shareOf(b.tenant)]
  if (ofA !== ofB) return ofA < ofB
  if (a.head!.sinceMs !== b.head!.sinceMs) return a.head!.sinceMs < b.head!.sinceMs
  return a.tenant < b.tenant
}
