export interface InLine {
  index: number
  slots: number
  sinceMs: number
}

/**
 * Tasks in the order they came. Where the first finds no room a later one may overtake it, until the first has waited
 * for `overtakeMsMax`.
 */
export class Line {
  readonly #waiting: InLine[] = []
  readonly #overtakeMsMax: number
  #slots = 0

  constructor(overtakeMsMax: number) {
    this.#overtakeMsMax = overtakeMsMax
  }

  /** slots that those in line ask for */
  get slots(): number {
    return this.#slots
  }

  push(task: InLine): void {
    this.#waiting.push(task)
    this.#slots += task.slots
  }

  /** The next one that is not wider than `free` slots; it leaves the line. */
  take(free: number, now: number): InLine | undefined {
    const first = this.#waiting[0]
    if (first === undefined || free <= 0) return undefined
    const patient = now - first.sinceMs < this.#overtakeMsMax
    const at = patient ? this.#waiting.findIndex(({ slots }) => slots <= free) : first.slots <= free ? 0 : -1
    if (at < 0) return undefined
    const [taken] = this.#waiting.splice(at, 1)
    this.#slots -= taken!.slots
    return taken
  }
}
