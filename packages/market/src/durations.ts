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

  /** Mean of a class; undefined when it never ran. */
  meanMs(name: string): Millis | undefined {
    return this.#byClass.get(name)?.mean
  }

  /** The same in whole milliseconds, as messages carry it; 0 when it never ran. */
  expectedMs(name: string): Millis {
    return Math.round(this.meanMs(name) ?? 0)
  }

  /** Recent mean over all classes; undefined before the first run. */
  get overallMs(): Millis | undefined {
    return this.#overall
  }
}

/** Less than this share of a task ahead is not worth one: a slot that waits for so little loses a percent (guess). */
const aheadShareMin = 0.1

/**
 * How many tasks of this mean duration are `aheadMs` of work for `concurrent` slots: whole ones only, and one more from
 * a line that is `share` or more tasks deep for each host that asks. What is bound ahead of a deep line waits no longer
 * for it; of a shallow one it would miss the first free slot. (Guided self-scheduling, Polychronopoulos and Kuck 1987.)
 */
export function aheadCount(work: AheadWork, limit: number): number {
  const tasks = (work.aheadMs * work.concurrent) / Math.max(work.meanMs, 0.05)
  const some = Math.max(Math.floor(tasks), Math.min(Math.ceil(tasks - aheadShareMin), work.share))
  return Math.min(limit, some)
}

export interface AheadWork {
  /** how much work there is to be, ms */
  aheadMs: Millis
  /** slots that work on it */
  concurrent: number
  meanMs: Millis
  /** this host's part of what waits, as `shareOf` says */
  share: number
}

/** What one of so many hosts may take ahead of a line: half of its part, so that the last of them end together. */
export function shareOf(waiting: number, hosts: number): number {
  return Math.floor(waiting / (2 * Math.max(1, hosts)))
}
