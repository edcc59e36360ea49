import type { Millis } from './time.ts'

interface Deadline<Key> {
  key: Key
  at: Millis
  order: number
  /** deleted or moved since; taken out when it comes to the top, or with many others */
  dead: boolean
}

/** Dead deadlines that may lie in the heap before they are swept, however few live. */
const deadFew = 32

/**
 * One deadline per key (a task, an auction), earliest first: a binary heap with lazy deletion. `set` is O(log n), O(1)
 * where deadlines come in their order, as those with a fixed delay do; `delete` and `next` are O(1) on average: no timer
 * per item anywhere. Memory: at most twice the live ones.
 */
export class Deadlines<Key> {
  #heap: Deadline<Key>[] = []
  readonly #live = new Map<Key, Deadline<Key>>()
  #order = 0

  get size(): number {
    return this.#live.size
  }

  next(): Millis | undefined {
    return this.#top()?.at
  }

  get(key: Key): Millis | undefined {
    return this.#live.get(key)?.at
  }

  /** Arms or moves the key's one deadline. */
  set(key: Key, at: Millis): void {
    this.delete(key)
    const deadline = { key, at, order: this.#order++, dead: false }
    this.#live.set(key, deadline)
    this.#heap.push(deadline)
    this.#up(this.#heap.length - 1)
  }

  delete(key: Key): boolean {
    const deadline = this.#live.get(key)
    if (deadline === undefined) return false
    this.#live.delete(key)
    deadline.dead = true
    if (this.#heap.length > 2 * this.#live.size + deadFew) this.#sweep()
    return true
  }

  /** Removes and returns the earliest key that is due at `now`; ties in the order they were set. */
  popDue(now: Millis): Key | undefined {
    const top = this.#top()
    if (top === undefined || top.at > now) return undefined
    this.#live.delete(top.key)
    this.#removeTop()
    return top.key
  }

  /** Armed deadlines, unordered; for the console. */
  entries(): { key: Key; at: Millis }[] {
    return [...this.#live.values()].map(({ key, at }) => ({ key, at }))
  }

  #top(): Deadline<Key> | undefined {
    let top = this.#heap[0]
    while (top?.dead) {
      this.#removeTop()
      top = this.#heap[0]
    }
    return top
  }

  #removeTop(): void {
    const last = this.#heap.pop()!
    if (this.#heap.length === 0) return
    this.#heap[0] = last
    this.#down(0)
  }

  #sweep(): void {
    this.#heap = this.#heap.filter(({ dead }) => !dead)
    for (let i = (this.#heap.length >> 1) - 1; i >= 0; i--) this.#down(i)
  }

  #up(start: number): void {
    const heap = this.#heap
    const moved = heap[start]!
    let i = start
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (!isBefore(moved, heap[parent]!)) break
      heap[i] = heap[parent]!
      i = parent
    }
    heap[i] = moved
  }

  #down(start: number): void {
    const heap = this.#heap
    const moved = heap[start]!
    let i = start
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, moved)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = moved
  }
}

function isBefore<Key>(x: Deadline<Key>, y: Deadline<Key>): boolean {
  return x.at < y.at || (x.at === y.at && x.order < y.order)
}
