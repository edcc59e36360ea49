/** When what runs will end, the earliest first: a binary heap of times. */
export class Ends {
  readonly #times: number[] = []

  get earliest(): number {
    return this.#times[0] ?? Number.POSITIVE_INFINITY
  }

  add(time: number): void {
    const times = this.#times
    let i = times.push(time) - 1
    while (i > 0) {
      const parent = (i - 1) >> 1
      if (times[parent]! <= time) break
      times[i] = times[parent]!
      i = parent
    }
    times[i] = time
  }

  take(): number {
    const times = this.#times
    const first = times[0]!
    const last = times.pop()!
    const count = times.length
    if (count === 0) return first
    let i = 0
    for (let child = 1; child < count; child = 2 * i + 1) {
      if (child + 1 < count && times[child + 1]! < times[child]!) child++
      if (times[child]! >= last) break
      times[i] = times[child]!
      i = child
    }
    times[i] = last
    return first
  }
}
