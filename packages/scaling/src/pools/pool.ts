import type { Millis } from '@souk/kernel'
import type { History } from '../demand/history.ts'
import type { SeriesForecaster } from '../demand/views.ts'
import { decideTarget, type Target, type TargetCode } from './decide-target.ts'
import { InterArrivals } from './inter-arrivals.ts'
import type { PoolConfig } from './pool-config.ts'
import { provisionTau } from './provision-tau.ts'
import { Trial } from './trial.ts'
import { type WarmAnswer, WarmState } from './warm-state.ts'

/** Further ahead nothing is ordered: a worker that takes longer to get warm is always late. */
const aheadMax = 12

/** One bucket that has ended, and what was known before it. */
export interface ClosedBucket {
  bucket: number
  bucketMs: Millis
  now: Millis
  /** the most that ran at once in it */
  used: number
  /** it runs now */
  running: number
  /** of this host: more could never work at once */
  slots: number
  /** with this bucket */
  history: History
  /** of the most that run at once, having seen this bucket; undefined: none yet */
  forecaster: SeriesForecaster | undefined
}

export type PoolChange = 'promoted' | 'demoted' | undefined

/**
 * The warm workers of one class: how many there should be by what is forecast, on trial beside keeping what was used last.
 * While that is cheaper (shadow) nothing is ordered; once forecasts have proved cheaper on this host they decide (live).
 */
export class Pool {
  mode: 'shadow' | 'live' = 'shadow'
  target = 0
  code: TargetCode = 'no-forecast'
  /** of workers, last; 0 where nothing was */
  ordered = 0
  readonly trial: Trial
  readonly gaps = new InterArrivals()
  readonly warm = new WarmState()
  readonly #config: PoolConfig
  #low: Target['low']
  /** what forecasts had ordered for a bucket to come */
  readonly #orders = new Map<number, number>()
  #idleSinceMs: Millis | undefined
  #lastUsed = 0

  constructor(config: PoolConfig) {
    this.#config = config
    this.trial = new Trial(config)
  }

  get tau(): number {
    return provisionTau(this.#config.costs)
  }

  get warmUpMs(): Millis {
    return this.warm.warmUpMs ?? this.#config.warmUpMs
  }

  /** A run begins; `running`: with it. */
  onStart(running: number, now: Millis): void {
    if (this.#idleSinceMs !== undefined && running === 1) this.gaps.add(now - this.#idleSinceMs)
    this.#idleSinceMs = undefined
  }

  /** A run has ended; `running`: without it. */
  onEnd(running: number, now: Millis): void {
    if (running === 0) this.#idleSinceMs = now
  }

  /** What became of an order. Where nothing can be warmed there is nothing to decide. */
  onWarmed(answer: WarmAnswer, now: Millis): void {
    this.warm.warmed(answer, now)
    if (this.warm.able === false) this.mode = 'shadow'
  }

  /** How long it may have been idle, from and to, and be likely enough to come next; at most `countMax` such windows. */
  keepWindows(bucketMs: Millis, lookMs: Millis, countMax: number): { fromMs: Millis; toMs: Millis }[] {
    if (this.gaps.total < this.#config.gapsMin) return []
    const windows: { fromMs: Millis; toMs: Millis }[] = []
    for (let fromMs = 0; fromMs < lookMs; fromMs += bucketMs) {
      if (this.gaps.chanceWithin(fromMs, bucketMs) < 1 - this.tau) continue
      const last = windows.at(-1)
      if (last?.toMs === fromMs) last.toMs += bucketMs
      else if (windows.length === countMax) return windows
      else windows.push({ fromMs, toMs: fromMs + bucketMs })
    }
    return windows
  }

  /** So many workers are warm and free now, by what is known. */
  warmFree(running: number, usedOfLate: number, now: Millis): number {
    return Math.max(usedOfLate, this.warm.said(now, this.#config.keepMs)) - running
  }

  /** Judges what was ordered for the bucket, decides anew, and says whether it changes who decides. */
  close(closed: ClosedBucket): PoolChange {
    this.#judge(closed)
    if (closed.used > 0) this.#lastUsed = closed.used
    const ahead = this.aheadOf(closed.bucketMs)
    const due = this.dueNow(closed)
    const quantile = quantileOf(closed.forecaster, ahead)
    const { now, history } = closed
    const { target: current } = this
    const facts = { now, current, low: this.#low, mostUsed: history.most('workers'), quantile, due }
    const workersMax = Math.min(this.#config.workersMax, closed.slots, this.warm.most(now))
    const target = decideTarget({ ...facts, lastUsed: this.#lastUsed }, { ...this.#config, workersMax })
    this.target = Math.min(target.workers, workersMax)
    this.code = target.code
    this.#low = target.low
    if (target.code !== 'no-forecast') this.#order(closed.bucket + ahead, target.workers)
    return this.#decideMode()
  }

  /**
   * Workers to be ordered now; undefined: none are, since workers stay warm by themselves after use. Processes do not: while
   * forecasts are on trial as many are kept as were used of late, which is what those have to beat.
   */
  wanted(history: History, bucketMs: Millis): number | undefined {
    if (this.warm.work === undefined) return undefined
    if (this.mode === 'live') return this.target
    if (!this.warm.work.process || this.warm.able === false) return undefined
    return Math.min(this.#config.workersMax, history.most('workers', Math.ceil(this.#config.keepMs / bucketMs)))
  }

  /** The bucket for which an order of now counts: from when its workers are warm to when those of the next one are. */
  aheadOf(bucketMs: Millis): number {
    return Math.min(aheadMax, 1 + Math.round(this.warmUpMs / bucketMs))
  }

  /** Of a class that is idle most of the time: whether a run is likely enough to keep workers for it; else undefined. */
  dueNow({ history, bucketMs, running, now }: Pick<ClosedBucket, 'history' | 'bucketMs' | 'running' | 'now'>) {
    const { intermittentShare, gapsMin } = this.#config
    if (this.gaps.total < gapsMin || history.idleShare < intermittentShare) return undefined
    if (running > 0 || this.#idleSinceMs === undefined) return true
    const idleMs = now - this.#idleSinceMs
    const chance = Math.max(
      this.gaps.chanceWithin(idleMs, bucketMs),
      this.gaps.chanceWithin(idleMs + this.warmUpMs, bucketMs),
    )
    return chance >= 1 - this.tau
  }

  #judge({ bucket, bucketMs, used, history }: ClosedBucket): void {
    const ordered = this.#orders.get(bucket)
    for (const past of [...this.#orders.keys()]) if (past <= bucket) this.#orders.delete(past)
    if (ordered === undefined) return
    const before = history.latest('workers', 1 + Math.ceil(this.#config.keepMs / bucketMs)).slice(0, -1)
    const lastUsed = Math.max(0, ...before.filter((value) => !Number.isNaN(value)))
    this.trial.score(used, { forecast: Math.max(ordered, lastUsed), lastUsed })
  }

  #order(bucket: number, workers: number): void {
    this.#orders.set(bucket, workers)
    const [oldest] = this.#orders.keys()
    if (this.#orders.size > aheadMax + 1) this.#orders.delete(oldest!)
  }

  #decideMode(): PoolChange {
    if (this.mode === 'shadow' && this.trial.earned && this.warm.work && this.warm.able !== false) {
      this.mode = 'live'
      return 'promoted'
    }
    if (this.mode === 'live' && this.trial.lost) {
      this.mode = 'shadow'
      this.trial.demoted()
      return 'demoted'
    }
    return undefined
  }

  save() {
    return {
      mode: this.mode,
      trial: this.trial.save(),
      gaps: this.gaps.save(),
      lastUsed: this.#lastUsed,
      warmUpMs: this.warm.warmUpMs ?? 0,
      work: this.warm.work,
    }
  }

  /** Of an earlier life: how long it has been idle is not known, so it counts from now. */
  restore(saved: unknown, now: Millis): void {
    this.#idleSinceMs = now
    const { mode, trial, gaps, lastUsed, warmUpMs, work } = (saved ?? {}) as Partial<ReturnType<Pool['save']>>
    if (mode === 'live') this.mode = mode
    this.trial.restore(trial)
    this.gaps.restore(gaps)
    this.warm.restore(warmUpMs, work)
    if (typeof lastUsed === 'number' && lastUsed >= 0) this.#lastUsed = Math.min(lastUsed, this.#config.workersMax)
  }
}

/** The more of what the next bucket and the one for which an order counts are to be provisioned with. */
function quantileOf(forecaster: SeriesForecaster | undefined, ahead: number): number | undefined {
  const quantiles = [1, ahead].flatMap((each) => forecaster?.forecast(each)?.quantile ?? [])
  return quantiles.length === 0 ? undefined : Math.max(...quantiles)
}
