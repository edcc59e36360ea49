const placed = /^~[0-9a-z]{8}:/
const headLength = 10
const orderRadix = 36
const orderDigits = 8
/** kinds of records that are told apart; what is of further ones keeps its place for good */
const kindsMax = 30

/** Where what is about one thing lies. */
interface Place {
  /** what its records' names begin with; empty: they were written by a souk that had no layout */
  head: string
  /** a bit for each kind of record that is there */
  kinds: number
  /** the last write that puts something there */
  write: number
}

/**
 * Names records in the file so that those about one thing (`task/7f`, `vote/7f`) lie together, and things lie in the order
 * in which they came: LMDB writes whole pages, and what is written at the same time then shares them. Ids are as good as
 * random, so by their own names each record would cost a page of its own.
 */
export class Layout {
  readonly #places = new Map<string, Place>()
  readonly #kinds = new Map<string, number>()
  #next = 0
  #write = 0

  /** A record as it was found in the file. False: another one of this name was found before. */
  found(stored: string): boolean {
    const key = keyOf(stored)
    const { kind, thing } = split(key)
    const head = stored.slice(0, stored.length - key.length)
    const known = this.#places.get(thing)
    const bit = this.#bit(kind)
    if (known && (known.head !== head || (known.kinds & bit) !== 0)) return false
    if (known) known.kinds |= bit
    else this.#places.set(thing, { head, kinds: bit, write: 0 })
    if (head !== '') this.#next = Math.max(this.#next, Number.parseInt(head.slice(1), orderRadix) + 1)
    return true
  }

  /** The name of a record in the file, wherever anything about the same thing is; undefined: nothing is. */
  find(key: string): string | undefined {
    const place = this.#places.get(split(key).thing)
    return place && place.head + key
  }

  /** The next write begins: names that are given from here on are for it, until the one after. */
  begin(): number {
    return ++this.#write
  }

  /** The name under which this write puts a record. */
  put(key: string): string {
    const { thing } = split(key)
    let place = this.#places.get(thing)
    if (!place) {
      const head = `~${(this.#next++).toString(orderRadix).padStart(orderDigits, '0')}:`
      place = { head, kinds: 0, write: 0 }
      this.#places.set(thing, place)
    }
    place.write = this.#write
    return place.head + key
  }

  /** What a write has done to the file, in its order; writes themselves come in theirs. The place of what is gone goes. */
  written(changes: readonly { key: string; entry: unknown }[], write: number): void {
    for (const { key, entry } of changes) {
      const { kind, thing } = split(key)
      const place = this.#places.get(thing)
      const bit = this.#bit(kind)
      if (place && entry !== undefined) place.kinds |= bit
      else if (place && bit !== 1 << kindsMax) place.kinds &= ~bit
    }
    for (const { key, entry } of changes) {
      if (entry !== undefined) continue
      const { thing } = split(key)
      const place = this.#places.get(thing)
      // Where a write that is under way puts something there, it stays.
      if (place?.kinds === 0 && place.write <= write) this.#places.delete(thing)
    }
  }

  /** Of how many things something is kept. */
  get size(): number {
    return this.#places.size
  }

  #bit(kind: string): number {
    let index = this.#kinds.get(kind)
    if (index === undefined) {
      index = Math.min(this.#kinds.size, kindsMax)
      if (index < kindsMax) this.#kinds.set(kind, index)
    }
    return 1 << index
  }
}

/** The key of a record by its name in the file. */
export function keyOf(stored: string): string {
  return placed.test(stored) ? stored.slice(headLength) : stored
}

function split(key: string): { kind: string; thing: string } {
  const slash = key.indexOf('/')
  return slash < 0 ? { kind: '', thing: key } : { kind: key.slice(0, slash), thing: key.slice(slash + 1) }
}
