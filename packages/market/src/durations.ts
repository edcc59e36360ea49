import { BoundedMap, LogHistogram, type Millis } from '@souk/kernel'

/** Weight of a new duration in the running mean (guess). */
const weight = 0.2
/** With fewer runs a class counts as exponential around its mean, since a few values show no tail (guess). */
const runsEnough = 8
/** p90 of an exponential duration, in means */
const exponentialP90 = 2.3

/** Longest duration that is believed, and the most that a message may say. */
const msMax = 2 ** 40
const bounded = (ms: Millis): Millis => Math.min(msMax, ms)

/** How long tasks of a class take, in whole milliseconds: half of them at most p50, nine of ten at most p90. */
export interface Quantiles {
  p50: Millis
  p90: Millis
}

interface Known {
  mean: Millis
  spread: LogHistogram
}

/**
 * How long runs of each class take. What was learned of ended runs counts first, recent ones weighing more; then what others
 * last said in a quote or a bid, so that what one peer has learned spreads with the work; then what clients expect. At most
 * `classesMax` classes of each kind, about 200 bytes a class; the class longest without news is forgotten first.
 */
export class Durations {
  readonly #byClass: BoundedMap<string, Known>
  readonly #heard: BoundedMap<string, Quantiles>
  /** what clients said they expect */
  readonly #supposed: BoundedMap<string, Millis>
  #overall: Millis | undefined

  constructor(classesMax: number) {
    this.#byClass = new BoundedMap(classesMax)
    this.#heard = new BoundedMap(classesMax)
    this.#supposed = new BoundedMap(classesMax)
  }

  add(name: string, runMs: Millis): void {
    const ms = bounded(runMs)
    const known = this.#byClass.get(name) ?? { mean: ms, spread: new LogHistogram() }
    known.mean += weight * (ms - known.mean)
    known.spread.add(ms)
    this.#byClass.push(name, known)
    this.#heard.delete(name)
    this.#supposed.delete(name)
    this.#overall = this.#overall === undefined ? ms : this.#overall + weight * (ms - this.#overall)
  }

  /** What another peer expects of a class; 0: it does not know. Counts only until a run of the class was added. */
  hear(name: string, { p50, p90 }: Quantiles): void {
    if (p50 > 0 && !this.#byClass.has(name))
      this.#heard.push(name, { p50: bounded(p50), p90: bounded(Math.max(p50, p90)) })
  }

  /** What a client expects of a class, the latest such word; counts until a run was added or another peer has said more. */
  suppose(name: string, ms: Millis | undefined): void {
    if (ms !== undefined && !this.#byClass.has(name)) this.#supposed.push(name, bounded(ms))
  }

  /** Mean of a class, else what its clients expect; undefined: neither is known. */
  supposedMs(name: string): Millis | undefined {
    return this.meanMs(name) ?? this.#supposed.get(name)
  }

  /** Mean of a class; undefined when it never ran. */
  meanMs(name: string): Millis | undefined {
    return this.#byClass.get(name)?.mean
  }

  /** What is expected of a class, by ended runs, else by other peers, else by clients; undefined: nothing is known. */
  expected(name: string): Quantiles | undefined {
    const known = this.#byClass.get(name)
    if (!known) return this.#heard.get(name) ?? this.#guess(name)
    if (known.spread.total < runsEnough) {
      return exponential(known.mean)
    }
    return { p50: bounded(known.spread.quantile(0.5)!), p90: bounded(known.spread.quantile(0.9)!) }
  }

  #guess(name: string): Quantiles | undefined {
    const ms = this.#supposed.get(name)
    return ms === undefined ? undefined : exponential(ms)
  }

  /** The same as messages carry it: zeros if nothing is known. */
  told(name: string): Quantiles {
    return this.expected(name) ?? { p50: 0, p90: 0 }
  }

  /** How much longer a run probably takes after `elapsedMs`; one that has outlived all known runs counts as half done. */
  remainingMs(name: string, elapsedMs: Millis): Millis | undefined {
    const expected = this.expected(name)
    if (!expected) return undefined
    const known = this.#byClass.get(name)
    if (!known || known.spread.total < runsEnough) return expected.p50
    const whole = known.spread.quantile(0.5, elapsedMs) ?? 2 * elapsedMs
    return bounded(Math.max(1, Math.round(whole - elapsedMs)))
  }

  /** Recent mean over all classes; undefined before the first run. */
  get overallMs(): Millis | undefined {
    return this.#overall
  }
}

function exponential(mean: Millis): Quantiles {
  return { p50: Math.round(mean), p90: bounded(Math.round(exponentialP90 * mean)) }
}

/** Work ahead of less than this share of a task is not worth a task: a slot that waits for so little loses a percent (guess). */
const aheadShareMin = 0.1

/**
 * How many tasks of this mean duration make up `aheadMs` of work for `concurrent` slots: rounded down, or rounded up if this
 * host's `share` of the waiting line has as many. From a deep line a task bound ahead to a host waits no longer than in the
 * line; from a shallow one it would miss the first slot to come free elsewhere. (Guided self-scheduling, Polychronopoulos
 * and Kuck 1987.)
 */
export function aheadCount(work: AheadWork, limit: number): number {
  const tasks = (work.aheadMs * work.concurrent) / Math.max(work.meanMs, 0.05)
  const some = Math.max(Math.floor(tasks), Math.min(Math.ceil(tasks - aheadShareMin), work.share))
  return Math.min(limit, some)
}

export interface AheadWork {
  /** how much work each slot is to have ahead */
  aheadMs: Millis
  /** slots that work on it */
  concurrent: number
  meanMs: Millis
  /** tasks that this host may take ahead of the line, by `shareOf` */
  share: number
}

/** Tasks that one of `hosts` may take ahead of a waiting line: half of its fair part, so that all hosts end about together. */
export function shareOf(waiting: number, hosts: number): number {
  return Math.floor(waiting / (2 * Math.max(1, hosts)))
}

/** The name under which durations are learned: with each alternative of its request a class takes a time of its own. */
export function durationClass(name: string, alternative: number | undefined): string {
  return alternative ? `${name} or ${alternative}` : name
}
