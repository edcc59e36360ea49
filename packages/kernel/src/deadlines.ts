import type { Millis } from './time.ts'

/**
 * One deadline per key (a task, an auction), earliest first: an indexed binary heap.
 * `set` and `delete` are O(log n), `next` is O(1): no timer per item anywhere.
 */
export class Deadlines<Key> {
  readonly #heap: { key: Key; at: Millis; order: number }[] = []
  readonly #index = new Map<Key, number>()
  #order = 0

  get size(): number {
    return this.#heap.length
  }

  next(): Millis | undefined {
    return this.#heap[0]?.at
  }

  get(key: Key): Millis | undefined {
    const i = this.#index.get(key)
    return i === undefined ? undefined : this.#heap[i]!.at
  }

  /** Arms or moves the key's one deadline. */
  set(key: Key, at: Millis): void {
    this.delete(key)
    this.#heap.push({ key, at, order: this.#order++ })
    this.#index.set(key, this.#heap.length - 1)
    this.#up(this.#heap.length - 1)
  }

  delete(key: Key): boolean {
    const i = this.#index.get(key)
    if (i === undefined) return false
    this.#index.delete(key)
    const last = this.#heap.pop()!
    if (i < this.#heap.length) {
      this.#heap[i] = last
      this.#index.set(last.key, i)
      this.#up(i)
      this.#down(this.#index.get(last.key)!)
    }
    return true
  }

  /** Removes and returns the earliest key that is due at `now`; ties in the order they were set. */
  popDue(now: Millis): Key | undefined {
    const top = this.#heap[0]
    if (top === undefined || top.at > now) return undefined
    this.delete(top.key)
    return top.key
  }

  /** Armed deadlines, unordered; for the console. */
  entries(): { key: Key; at: Millis }[] {
    return this.#heap.map(({ key, at }) => ({ key, at }))
  }

  #before(i: number, j: number): boolean {
    const x = this.#heap[i]!
    const y = this.#heap[j]!
    return x.at < y.at || (x.at === y.at && x.order < y.order)
  }

  #swap(i: number, j: number): void {
    const x = this.#heap[i]!
    const y = this.#heap[j]!
    this.#heap[i] = y
    this.#heap[j] = x
    this.#index.set(y.key, i)
    this.#index.set(x.key, j)
  }

  #up(start: number): void {
    let i = start
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!this.#before(i, parent)) return
      this.#swap(i, parent)
      i = parent
    }
  }

  #down(start: number): void {
    let i = start
    for (;;) {
      const left = 2 * i + 1
      let least = i
      if (left < this.#heap.length && this.#before(left, least)) least = left
      if (left + 1 < this.#heap.length && this.#before(left + 1, least)) least = left + 1
      if (least === i) return
      this.#swap(i, least)
      i = least
    }
  }
}
