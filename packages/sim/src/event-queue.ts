/**
 * What is to happen, by (time, order of pushing): ties come out as they went in, which makes a run repeatable.
 * A binary heap over parallel arrays, so that an entry costs no object of its own.
 */
export class EventQueue<T> {
  readonly #at: number[] = []
  readonly #order: number[] = []
  readonly #items: T[] = []
  #pushed = 0

  get size(): number {
    return this.#items.length
  }

  /** When the next event is due; undefined when there is none. */
  next(): number | undefined {
    return this.#at[0]
  }

  push(at: number, item: T): void {
    const order = this.#pushed++
    let i = this.#items.length
    this.#at.push(at)
    this.#order.push(order)
    this.#items.push(item)
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (this.#at[parent]! <= at) break
      this.#move(parent, i)
      i = parent
    }
    this.#put(i, at, order, item)
  }

  /** Removes the next event. Read `next()` before it for its time. */
  pop(): T | undefined {
    const top = this.#items[0]
    const at = this.#at.pop()
    if (at === undefined) return undefined
    const order = this.#order.pop()!
    const item = this.#items.pop() as T
    if (this.#items.length > 0) this.#sink(at, order, item)
    return top
  }

  /** Puts the entry into the empty root and lets it sink to its place. */
  #sink(at: number, order: number, item: T): void {
    const size = this.#items.length
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= size) break
      if (child + 1 < size && this.#before(child + 1, this.#at[child]!, this.#order[child]!)) child++
      if (!this.#before(child, at, order)) break
      this.#move(child, i)
      i = child
    }
    this.#put(i, at, order, item)
  }

  #before(i: number, at: number, order: number): boolean {
    const mine = this.#at[i]!
    return mine < at || (mine === at && this.#order[i]! < order)
  }

  #move(from: number, to: number): void {
    this.#at[to] = this.#at[from]!
    this.#order[to] = this.#order[from]!
    this.#items[to] = this.#items[from] as T
  }

  #put(i: number, at: number, order: number, item: T): void {
    this.#at[i] = at
    this.#order[i] = order
    this.#items[i] = item
  }
}
