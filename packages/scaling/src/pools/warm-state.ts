import type { Millis } from '@souk/kernel'
import type { FunctionWork } from '@souk/wire'

/** What a worker has to have loaded to be warm for a class: a function, by name or of a module; or a command, as its host declares. */
export type WarmWork = Pick<FunctionWork, 'name' | 'module'> & { process?: true }

/** What an executor says of an order; without a code it was done. */
export interface WarmAnswer {
  workers: number
  tookMs: Millis
  code?: string | undefined
  detail?: string | undefined
}

/** how much a new measurement moves what a warm-up is expected to take (guess) */
const weight = 0.2
/** An executor that had no place for as many is not asked for more for so long: agents with more slots may come (guess). */
const fullMs = 600_000
const fullCodes: ReadonlySet<string> = new Set(['threads-max', 'slots-max', 'processes-max'])
/** Longer is no warm-up. */
const warmUpMsMax = 3_600_000

/** What is known of the warm workers of one class at this host: what was measured, and what executors said of orders. */
export class WarmState {
  /** undefined: nobody has asked the executor yet */
  able: boolean | undefined
  work: WarmWork | undefined
  /** as the executor said when it could not */
  code = ''
  /** what went wrong, for people; '' where nothing did, or nobody knows */
  detail = ''
  coldStarts = 0
  warmStarts = 0
  /** worker-milliseconds that workers stood warm and free in this life, as seen at the ends of buckets */
  idleMs = 0
  #warmUpMs: Millis | undefined
  #full = { workers: 0, untilMs: Number.NEGATIVE_INFINITY }
  #said = { workers: 0, atMs: Number.NEGATIVE_INFINITY }

  /** A run needed so long to get warm; 0: it was; undefined: not known. */
  started(warmUpMs: Millis | undefined): void {
    if (warmUpMs === undefined || !(warmUpMs >= 0)) return
    if (warmUpMs === 0) {
      this.warmStarts++
      return
    }
    this.coldStarts++
    this.#measure(warmUpMs)
  }

  /** What became of an order. */
  warmed({ workers, tookMs, code, detail = '' }: WarmAnswer, now: Millis): void {
    this.able = code !== 'cannot-warm'
    this.code = code ?? ''
    this.detail = detail
    this.#said = { workers, atMs: now }
    if (fullCodes.has(this.code)) this.#full = { workers, untilMs: now + fullMs }
    if (code === undefined && tookMs > 0) this.#measure(tookMs)
  }

  /** How long a cold worker takes to get warm, as measured; undefined: not yet. */
  get warmUpMs(): Millis | undefined {
    return this.#warmUpMs
  }

  /** Warm workers by what the executor last said, as long as it can be believed. */
  said(now: Millis, keepMs: Millis): number {
    return now - this.#said.atMs <= keepMs ? this.#said.workers : 0
  }

  /** As many as there are places for, by what the executor said of late. */
  most(now: Millis): number {
    return now < this.#full.untilMs ? this.#full.workers : Number.POSITIVE_INFINITY
  }

  restore(warmUpMs: unknown, work: unknown): void {
    if (typeof warmUpMs === 'number' && warmUpMs > 0) this.#measure(warmUpMs)
    const saved = (work ?? {}) as Partial<WarmWork>
    const { name, module } = saved
    if (typeof name !== 'string') return
    const known = { name, ...(module ? { module } : {}) }
    this.work = saved.process === true ? { ...known, process: true } : known
  }

  #measure(ms: Millis): void {
    const bounded = Math.min(warmUpMsMax, ms)
    this.#warmUpMs = this.#warmUpMs === undefined ? bounded : this.#warmUpMs + weight * (bounded - this.#warmUpMs)
  }
}
