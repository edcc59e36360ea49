/** Changes through which an iterator is kept however few entries there are. */
const changesFew = 64

/**
 * A Map that gives its oldest entry in O(1), amortised. `map.keys().next()` does not: it walks over all that were deleted
 * at the front since the table was last made anew, up to half of its capacity: 40 µs in a map of 65,536 that is used as a
 * queue. So an iterator is kept at the front; iterators of a Map live on through its changes.
 */
export class AgedMap<K, V> {
  readonly #map = new Map<K, V>()
  /** behind it are all but the oldest */
  #rest: IterableIterator<K> | undefined
  /** taken from `#rest`, and still there as it was */
  #oldest: { key: K } | undefined
  /** changes since `#rest` went on: an iterator that stands still keeps every table that the Map had since */
  #changes = 0

  get size(): number {
    return this.#map.size
  }

  get(key: K): V | undefined {
    return this.#map.get(key)
  }

  has(key: K): boolean {
    return this.#map.has(key)
  }

  /** A new key is the newest; a known one keeps its place. */
  set(key: K, value: V): void {
    this.#map.set(key, value)
    this.#changed()
  }

  delete(key: K): boolean {
    if (this.#oldest !== undefined && this.#oldest.key === key) this.#oldest = undefined
    const known = this.#map.delete(key)
    if (known) this.#changed()
    return known
  }

  clear(): void {
    this.#rest = undefined
    this.#oldest = undefined
    this.#map.clear()
  }

  oldest(): [K, V] | undefined {
    if (this.#map.size === 0) return undefined
    if (this.#oldest === undefined) {
      this.#rest ??= this.#map.keys()
      this.#changes = 0
      let next = this.#rest.next()
      if (next.done) {
        // It came to the end of an empty map, where an iterator stays.
        this.#rest = this.#map.keys()
        next = this.#rest.next()
      }
      this.#oldest = { key: next.value as K }
    }
    const { key } = this.#oldest
    return [key, this.#map.get(key) as V]
  }

  keys(): IterableIterator<K> {
    return this.#map.keys()
  }

  values(): IterableIterator<V> {
    return this.#map.values()
  }

  entries(): IterableIterator<[K, V]> {
    return this.#map.entries()
  }

  /** To begin at the front again costs as much as there were changes. */
  #changed(): void {
    if (this.#rest !== undefined && ++this.#changes > this.#map.size + changesFew) this.#rest = undefined
  }
}
