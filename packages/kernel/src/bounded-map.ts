import { AgedMap } from './aged-map.ts'

/** A Map with a hard limit. What happens at the limit is the caller's choice, by method. */
export class BoundedMap<K, V> {
  readonly #map = new AgedMap<K, V>()
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  get size(): number {
    return this.#map.size
  }

  get full(): boolean {
    return this.#map.size >= this.limit
  }

  get(key: K): V | undefined {
    return this.#map.get(key)
  }

  has(key: K): boolean {
    return this.#map.has(key)
  }

  /** False, and nothing changed, when the key is new and the map is full. */
  offer(key: K, value: V): boolean {
    if (this.full && !this.#map.has(key)) return false
    this.#map.set(key, value)
    return true
  }

  /** Sets the key as the newest; returns the oldest entry where it had to go (the new one itself with a limit of 0). */
  push(key: K, value: V): [K, V] | undefined {
    if (this.limit <= 0) return [key, value]
    this.#map.delete(key)
    let evicted: [K, V] | undefined
    if (this.full) {
      const oldest = this.#map.oldest()
      if (oldest) {
        this.#map.delete(oldest[0])
        evicted = oldest
      }
    }
    this.#map.set(key, value)
    return evicted
  }

  /** The one that `push` would let go of. O(1), amortised. */
  oldest(): [K, V] | undefined {
    return this.#map.oldest()
  }

  delete(key: K): boolean {
    return this.#map.delete(key)
  }

  clear(): void {
    this.#map.clear()
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
}
