import { BoundedMap, LogHistogram, type Millis } from '@souk/kernel'

/** Weight of a new duration in the running mean (guess). */
const weight = 0.2
/** With fewer runs a class is taken for exponential around its mean: a few values have no tail (guess). */
const runsEnough = 8
/** p90 of an exponential duration, in means */
const exponentialP90 = 2.3

/** Longer than any run, and as much as a message may say: what comes from elsewhere is believed as far as that. */
const msMax = 2 ** 40
const bounded = (ms: Millis): Millis => Math.min(msMax, ms)

/** How long such a task takes, in whole milliseconds: half of them at most p50, nine of ten at most p90. */
export interface Quantiles {
  p50: Millis
  p90: Millis
}

interface Known {
  mean: Millis
  spread: LogHistogram
}

/**
 * How long runs of each class take, learned as they end, old ones ever less. Of a class that never ran here: what others
 * said of it last, in a quote or a bid, so that what one peer has learned spreads with the work. At most `classesMax`
 * classes of each, about 200 bytes a class; the one that is longest without news goes first.
 */
export class Durations {
  readonly #byClass: BoundedMap<string, Known>
  readonly #heard: BoundedMap<string, Quantiles>
  /** what clients said of classes of which nobody knows more */
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

  /** What another peer expects of a class; 0 when it does not know. Counts only until one ran here. */
  hear(name: string, { p50, p90 }: Quantiles): void {
    if (p50 > 0 && !this.#byClass.has(name))
      this.#heard.push(name, { p50: bounded(p50), p90: bounded(Math.max(p50, p90)) })
  }

  /** A client's own guess, which counts until the class has run here or elsewhere; the latest one where they differ. */
  suppose(name: string, ms: Millis | undefined): void {
    if (ms !== undefined && !this.#byClass.has(name)) this.#supposed.push(name, bounded(ms))
  }

  /** Mean of a class, else what its clients suppose; undefined when neither is known. */
  supposedMs(name: string): Millis | undefined {
    return this.meanMs(name) ?? this.#supposed.get(name)
  }

  /** Mean of a class; undefined when it never ran. */
  meanMs(name: string): Millis | undefined {
    return this.#byClass.get(name)?.mean
  }

  /** What is expected of a class, by what ran here or else by what others said; undefined: nobody has said. */
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

  /** The same as messages carry it: 0 where it is not known. */
  told(name: string): Quantiles {
    return this.expected(name) ?? { p50: 0, p90: 0 }
  }

  /**
   * How much longer a run of this class probably takes that has taken `elapsedMs`. One that outlived all that are known is
   * taken to be half done.
   */
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

/**
 * What a run is compared with, and what its class is learned under: where tasks may be given different things they take
 * different times with each.
 */
export function durationClass(name: string, alternative: number | undefined): string {
  return alternative ? `${name} or ${alternative}` : name
}
