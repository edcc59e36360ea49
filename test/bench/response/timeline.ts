import { EventQueue } from '@souk/sim'

/** Calls in the order of their times; calls of one time in the order they were made. */
export class Timeline {
  now = 0
  readonly #calls = new EventQueue<() => void>()

  at(atMs: number, call: () => void): void {
    this.#calls.push(atMs, call)
  }

  run(): void {
    for (let atMs = this.#calls.next(); atMs !== undefined; atMs = this.#calls.next()) {
      this.now = atMs
      this.#calls.pop()!()
    }
  }
}
