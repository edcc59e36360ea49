/** The newest items of a stream, at most so many: the oldest go first. */
export class Ring<T> {
  readonly #max: number
  #items: T[] = []

  constructor(max: number) {
    this.#max = max
  }

  push(items: readonly T[]): void {
    // A new array: whoever shows the former one goes on showing that.
    const all = this.#items.concat(items)
    this.#items = all.length > this.#max ? all.slice(all.length - this.#max) : all
  }

  /** oldest first; never changed afterwards */
  get items(): readonly T[] {
    return this.#items
  }
}
