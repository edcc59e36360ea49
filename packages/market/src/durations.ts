import { BoundedMap, type Millis } from '@souk/kernel'

/** Weight of a new duration in the running mean (guess). */
const weight = 0.2

/** How long runs of each class take here, learned as they end. */
export class Durations {
  readonly #byClass: BoundedMap<string, { mean: Millis; count: number }>
  /** what clients said of classes that never ran */
  readonly #expected: BoundedMap<string, Millis>
  #overall: Millis | undefined

  constructor(classesMax: number) {
    this.#byClass = new BoundedMap(classesMax)
    this.#expected = new BoundedMap(classesMax)
  }

  add(name: string, ms: Millis): void {
    const known = this.#byClass.get(name)
    const mean = known ? known.mean + weight * (ms - known.mean) : ms
    this.#byClass.push(name, { mean, count: (known?.count ?? 0) + 1 })
    this.#overall = this.#overall === undefined ? ms : this.#overall + weight * (ms - this.#overall)
  }

  /** A client's own guess, which counts until the class has run; the latest one where they differ. */
  expect(name: string, ms: Millis | undefined): void {
    if (ms !== undefined && !this.#byClass.has(name)) this.#expected.push(name, ms)
  }

  /** Mean of a class as it ran, else what a client expects; undefined when neither is known. */
  meanMs(name: string): Millis | undefined {
    return this.#byClass.get(name)?.mean ?? this.#expected.get(name)
  }

  /** The same in whole milliseconds, as messages carry it; 0 when nothing is known. */
  expectedMs(name: string): Millis {
    return Math.round(this.meanMs(name) ?? 0)
  }

  /** Recent mean over all classes; undefined before the first run. */
  get overallMs(): Millis | undefined {
    return this.#overall
  }
}

/** How many tasks of this mean duration are `aheadMs` of work for `concurrent` slots; 0 when the class is unknown. */
export function aheadCount(aheadMs: Millis, concurrent: number, meanMs: Millis, limit: number): number {
  return Math.min(limit, Math.floor((aheadMs * concurrent) / Math.max(meanMs, 0.05)))
}

/** What a class is learned under where its tasks may be given different things: they take different times with each. */
export function durationClass(name: string, alternative: number | undefined): string {
  return alternative ? `${name} or ${alternative}` : name
}
