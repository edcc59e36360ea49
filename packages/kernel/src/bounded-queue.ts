/** First in, first out, with a hard limit; `shift` is amortised O(1). */
export class BoundedQueue<T> {
  #items: T[] = []
  #head = 0
  readonly limit: number

  constructor(limit: number) {
    this.limit = limit
  }

  get size(): number {
    return this.#items.length - this.#head
  }

  get full(): boolean {
    return this.size >= this.limit
  }

  /** False, and nothing changed, when full. */
  push(item: T): boolean {
    if (this.full) return false
    this.#items.push(item)
    return true
  }

  shift(): T | undefined {
    if (this.#head === this.#items.length) return undefined
    const item = this.#items[this.#head]
    this.#items[this.#head] = undefined as T
    this.#head++
    if (this.#head > 1024 && this.#head * 2 > this.#items.length) {
      this.#items = this.#items.slice(this.#head)
      this.#head = 0
    }
    return item
  }

  peek(): T | undefined {
    return this.#items[this.#head]
  }
}
