import { BoundedMap, LogHistogram, type Millis } from '@souk/kernel'
import type { StragglersConfig } from './config.ts'

/** How long runs of a class take at most, but for one in a hundred. */
export interface ClassTail {
  class: string
  p99Ms: Millis
  /** of which that is known */
  runs: number
  /** a run that takes longer is a straggler */
  limitMs: Millis
}

/** The long end of what runs of each class take, old ones ever less. At most `classesMax` of them. */
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

  /** Undefined: too few of them ran. */
  of(name: string): ClassTail | undefined {
    const { factor, runsMin, runMsMin } = this.#config
    const spread = this.#classes.get(name)
    if (!spread || spread.total < runsMin) return undefined
    const p99Ms = spread.quantile(0.99)!
    return { class: name, p99Ms, runs: spread.total, limitMs: Math.max(runMsMin, Math.ceil(factor * p99Ms)) }
  }

  /** Every one of which enough is known. */
  all(): ClassTail[] {
    return [...this.#classes.keys()].flatMap((name) => this.of(name) ?? [])
  }
}
