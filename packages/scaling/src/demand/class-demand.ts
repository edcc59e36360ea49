import type { Millis } from '@souk/kernel'
import { costsFor } from '../pools/class-costs.ts'
import { Pool, type PoolChange } from '../pools/pool.ts'
import type { WarmAnswer } from '../pools/warm-state.ts'
import { arrivalsAhead, nothingAhead } from './arrivals-ahead.ts'
import type { DemandConfig } from './config.ts'
import { History } from './history.ts'
import { OpenBucket } from './open-bucket.ts'
import { type Counted, type Quantity, quantities } from './quantities.ts'
import type { ForecastersView, SeriesForecaster } from './views.ts'

const version = 3

/** The demand of one class at this host: what was counted, what is forecast of each quantity, and its warm workers. */
export class ClassDemand {
  readonly name: string
  readonly open = new OpenBucket()
  readonly history: History
  readonly pool: Pool
  /** the latest closed bucket by the wall clock */
  bucket = -1
  savedMs: Millis
  /** it has started in an earlier bucket */
  seen = false
  /** what is to arrive, as of the last bucket */
  ahead = nothingAhead
  /** something was counted since it was saved */
  changed = false
  readonly #config: DemandConfig
  readonly #forecasters: ForecastersView
  #series: ReadonlyMap<Quantity, SeriesForecaster> = new Map()
  /** of a bucket that has ended, to be learned */
  #counted: Counted | undefined
  /** processes that stood ready when its executor last said so, less those that were used since */
  #ready = 0

  constructor(name: string, config: DemandConfig, forecasters: ForecastersView, now: Millis) {
    this.name = name
    this.#config = config
    this.#forecasters = forecasters
    this.history = new History(config.historyBuckets)
    const costs = costsFor(config.classCosts, name) ?? config.pools.costs
    this.pool = new Pool({ ...config.pools, costs })
    this.savedMs = now
  }

  /** Empty before there are enough buckets to forecast from. */
  get series(): ReadonlyMap<Quantity, SeriesForecaster> {
    return this.#series
  }

  /** Workers that are warm and free now, by what is known; undefined: there is no such thing for this class. */
  warmFree(now: Millis): number | undefined {
    if (this.pool.warm.work === undefined) return undefined
    const { bucketMs, pools } = this.#config
    // A process ends with the task that it was given: what was used of late is not there any more.
    if (this.pool.warm.work.process) return Math.max(0, Math.min(this.#ready, this.pool.warm.said(now, pools.keepMs)))
    // With the bucket that is open no longer than workers stay warm by themselves.
    const buckets = Math.max(0, Math.floor(pools.keepMs / bucketMs) - 1)
    const usedOfLate = Math.max(this.open.most, this.history.most('workers', buckets))
    return Math.max(0, this.pool.warmFree(this.open.running, usedOfLate, now))
  }

  /** What became of an order; `workers` counts those that run. */
  onWarmed(answer: WarmAnswer, now: Millis): void {
    this.#ready = Math.max(0, answer.workers - this.open.running)
    this.pool.onWarmed(answer, now)
  }

  /** A run has begun, counted already. */
  onStarted(now: Millis): void {
    this.#ready = Math.max(0, this.#ready - 1)
    this.pool.onStart(this.open.running, now)
  }

  /** Ends a bucket; `skipped` of them before it nobody has counted. `learn` has to follow before the next one. */
  close(bucket: number, skipped: number): void {
    for (let i = 0; i < Math.min(skipped, this.#config.historyBuckets); i++) this.history.push(undefined)
    const counted = this.open.close()
    this.history.push(counted)
    this.bucket = bucket
    this.changed ||= counted.workers > 0 || counted.arrivals > 0
    this.#counted = counted
  }

  /** Forecasts anew with the bucket that has ended, and decides what should stand warm. */
  learn(now: Millis, slots: number): PoolChange {
    const counted = this.#counted
    if (!counted) return undefined
    this.#counted = undefined
    this.#forecast(this.bucket, counted)
    this.ahead = arrivalsAhead(this.#series.get('arrivals'), this.history)
    this.pool.warm.idleMs += (this.warmFree(now) ?? 0) * this.#config.bucketMs
    return this.pool.close({
      bucket: this.bucket,
      bucketMs: this.#config.bucketMs,
      now,
      used: counted.workers,
      running: this.open.running,
      slots,
      history: this.history,
      forecaster: this.#series.get('workers'),
    })
  }

  #forecast(bucket: number, counted: Counted): void {
    if (this.#series.size > 0) {
      for (const [quantity, forecaster] of this.#series) forecaster.step(bucket, counted[quantity])
      return
    }
    const { size } = this.history
    if (size < this.#config.forecastAfter) return
    const series = new Map<Quantity, SeriesForecaster>()
    for (const quantity of quantities) {
      const forecaster = this.#forecasters.make(this.pool.tau)
      for (const [i, value] of this.history.latest(quantity).entries()) {
        forecaster.step(bucket - size + 1 + i, Number.isNaN(value) ? undefined : value)
      }
      series.set(quantity, forecaster)
    }
    this.#series = series
  }

  /** Plain data, at most about 370 kB; undefined while there is nothing that would be missed. */
  save(): unknown {
    if (this.#series.size === 0) return undefined
    return {
      version,
      name: this.name,
      bucketMs: this.#config.bucketMs,
      bucket: this.bucket,
      history: this.history.save(),
      pool: this.pool.save(),
      series: quantities.map((quantity) => this.#series.get(quantity)?.save()),
    }
  }

  /** One that goes on where the saved one was; undefined where that was of another version or form. */
  static restored(
    saved: unknown,
    config: DemandConfig,
    forecasters: ForecastersView,
    now: Millis,
  ): ClassDemand | undefined {
    if (typeof saved !== 'object' || saved === null) return undefined
    const { version: of, name, bucketMs, bucket, history, pool, series } = saved as Record<string, unknown>
    if (of !== version || typeof name !== 'string' || bucketMs !== config.bucketMs || !Array.isArray(series))
      return undefined
    if (!Number.isSafeInteger(bucket) || (bucket as number) < 0) return undefined
    const demand = new ClassDemand(name, config, forecasters, now)
    demand.bucket = bucket as number
    demand.history.restore(history)
    demand.pool.restore(pool, now)
    const all = quantities.map((_, i) => forecasters.restored(demand.pool.tau, series[i]))
    if (all.some((each) => each === undefined)) return undefined
    demand.#series = new Map(quantities.map((quantity, i) => [quantity, all[i]!]))
    return demand
  }
}
