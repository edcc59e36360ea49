import type { Millis } from '@souk/kernel'
import type { Lot, Rank } from './lot.ts'
import type { Turns } from './turns.ts'

interface Standing {
  lot: Lot
  rank: Rank
}

/**
 * Waiting lots in the order in which they get room: by priority, then (I14) the tenant that was given less, then deadline,
 * then age. Only the first lot of each tenant is compared with those of other tenants, so that a look costs one comparison
 * a tenant, not one a lot.
 */
export class TurnOrder {
  readonly #turns: Turns
  readonly #now: Millis
  readonly #ageingMs: Millis
  /** lots of each tenant, the first in line at the end of the array */
  readonly #lines = new Map<string, Standing[]>()

  constructor(lots: Iterable<Lot>, turns: Turns, { now, ageingMs }: { now: Millis; ageingMs: Millis }) {
    this.#turns = turns
    this.#now = now
    this.#ageingMs = ageingMs
    for (const lot of lots) {
      if (lot.size === 0) continue
      const line = this.#lines.get(lot.tenant)
      if (line) line.push(this.#standingOf(lot))
      else this.#lines.set(lot.tenant, [this.#standingOf(lot)])
    }
    for (const line of this.#lines.values()) line.sort((a, b) => compareOwn(b, a))
  }

  /** A lot comes again, when it is its tenant's turn, as long as the caller took something from it the last time. */
  *untilNothingIsTaken(): Generator<Lot> {
    for (let lot = this.#next(); lot; lot = this.#next()) {
      const before = lot.size
      yield lot
      if (lot.size < before && lot.size > 0) this.#putBack(lot)
    }
  }

  /** Each lot once, whatever the caller takes. */
  *once(): Generator<Lot> {
    for (let lot = this.#next(); lot; lot = this.#next()) yield lot
  }

  /** Removes and returns the lot whose turn it is. */
  #next(): Lot | undefined {
    let best: Standing | undefined
    for (const line of this.#lines.values()) {
      const head = line.at(-1)!
      if (!best || this.#compare(head, best) < 0) best = head
    }
    if (!best) return undefined
    const { lot } = best
    const line = this.#lines.get(lot.tenant)!
    line.pop()
    if (line.length === 0) this.#lines.delete(lot.tenant)
    return lot
  }

  #putBack(lot: Lot): void {
    const standing = this.#standingOf(lot)
    const line = this.#lines.get(lot.tenant)
    if (!line) {
      this.#lines.set(lot.tenant, [standing])
      return
    }
    let at = line.length
    while (at > 0 && compareOwn(standing, line[at - 1]!) > 0) at--
    line.splice(at, 0, standing)
  }

  #standingOf(lot: Lot): Standing {
    return { lot, rank: lot.rank(this.#now, this.#ageingMs)! }
  }

  /** Order of lots of two tenants. */
  #compare(a: Standing, b: Standing): number {
    if (a.rank.level !== b.rank.level) return a.rank.level - b.rank.level
    const before = this.#turns.of(a.lot.tenant) - this.#turns.of(b.lot.tenant)
    return before === 0 ? compareOwn(a, b) : before
  }
}

/** Order of lots of one tenant, or of tenants that were charged the same: priority, deadline, age. */
function compareOwn(a: Standing, b: Standing): number {
  if (a.rank.level !== b.rank.level) return a.rank.level - b.rank.level
  if (a.rank.dueWallMs !== b.rank.dueWallMs) return a.rank.dueWallMs < b.rank.dueWallMs ? -1 : 1
  return a.rank.sinceMs - b.rank.sinceMs || (a.lot.key < b.lot.key ? -1 : 1)
}
