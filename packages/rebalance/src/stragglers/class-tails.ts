import { BoundedMap, LogHistogram, type Millis } from '@souk/kernel'
import type { StragglersConfig } from './config.ts'

/** The p99 of a class's durations, and the limit that follows from it. */
export interface ClassTail {
  class: string
  p99Ms: Millis
  /** runs that this is known from */
  runs: number
  /** a run that takes longer is a straggler */
  limitMs: Millis
}

/** Learns the long tail of each class's durations, recent runs weighing more. At most `classesMax` classes. */
export class ClassTails {
  readonly #config: StragglersConfig
  readonly #classes: BoundedMap<string, LogHistogram>

  constructor(config: StragglersConfig) {
    this.#config = config
    this.#classes = new BoundedMap(config.classesMax)
  }

  add(name: string, runMs: Millis): void {
    const spread = this.#classes.get(name) ?? new LogHistogram()
    spread.add(runMs)
    this.#classes.push(name, spread)
  }

  /** Undefined: fewer than runsMin runs are known. */
  of(name: string): ClassTail | undefined {
    const { factor, runsMin, runMsMin } = this.#config
    const spread = this.#classes.get(name)
    if (!spread || spread.total < runsMin) return undefined
    const p99Ms = spread.quantile(0.99)!
    return { class: name, p99Ms, runs: spread.total, limitMs: Math.max(runMsMin, Math.ceil(factor * p99Ms)) }
  }

  /** All classes of which enough is known. */
  all(): ClassTail[] {
    return [...this.#classes.keys()].flatMap((name) => this.of(name) ?? [])
  }
}
