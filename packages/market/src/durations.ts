import { BoundedMap, type Millis } from '@souk/kernel'

/** Weight of a new duration in the running mean (guess). */
const weight = 0.2

/** How long runs of each class take here, learned as they end. */
export class Durations {
  readonly #byClass: BoundedMap<string, { mean: Millis; count: number }>
  #overall: Millis | undefined

  constructor(classesMax: number) {
    this.#byClass = new BoundedMap(classesMax)
  }

  add(name: string, ms: Millis): void {
    const known = this.#byClass.get(name)
    const mean = known ? known.mean + weight * (ms - known.mean) : ms
    this.#byClass.push(name, { mean, count: (known?.count ?? 0) + 1 })
    this.#overall = this.#overall === undefined ? ms : this.#overall + weight * (ms - this.#overall)
  }

  /** Mean of a class; 0 when it never ran here. */
  expectedMs(name: string): Millis {
    return Math.round(this.#byClass.get(name)?.mean ?? 0)
  }

  /** Recent mean over all classes; undefined before the first run. */
  get overallMs(): Millis | undefined {
    return this.#overall
  }
}
