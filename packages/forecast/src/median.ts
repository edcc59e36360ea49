import type { Candidate } from './candidate.ts'
import type { NumberStore } from './number-store.ts'
import { SortedWindow } from './sorted-window.ts'

/** of so many values (guess) */
const valuesMax = 48

/** The median of the latest values: hardest to beat where a series has spikes that nothing foretells, or is mostly zero. */
export class Median implements Candidate {
  readonly name = 'median'
  readonly #window: SortedWindow

  constructor(store: NumberStore) {
    this.#window = new SortedWindow(valuesMax, store)
  }

  learn(_bucket: number, value: number): void {
    this.#window.add(value)
  }

  miss(): void {}

  shift(): void {}

  point(): number {
    return this.#window.quantile(0.5)
  }
}
