/** Calls in the order of their times; calls of one time in the order they were made. */
export class Timeline {
  now = 0
  readonly #heap: Entry[] = []
  #made = 0

  at(atMs: number, call: () => void): void {
    const heap = this.#heap
    const entry: Entry = { atMs, order: this.#made++, call }
    let i = heap.length
    heap.push(entry)
    for (let parent = (i - 1) >> 1; i > 0 && before(entry, heap[parent]!); i = parent, parent = (i - 1) >> 1) {
      heap[i] = heap[parent]!
      heap[parent] = entry
    }
  }

  run(): void {
    for (let next = this.#pop(); next !== undefined; next = this.#pop()) {
      this.now = next.atMs
      next.call()
    }
  }

  #pop(): Entry | undefined {
    const heap = this.#heap
    const top = heap[0]
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return top
    let i = 0
    for (;;) {
      let child = 2 * i + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && before(heap[child + 1]!, heap[child]!)) child++
      if (!before(heap[child]!, last)) break
      heap[i] = heap[child]!
      i = child
    }
    heap[i] = last
    return top
  }
}

interface Entry {
  atMs: number
  order: number
  call: () => void
}

const before = (a: Entry, b: Entry): boolean => a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
