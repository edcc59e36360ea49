import type { Millis } from '@souk/kernel'
import type { ForecastersView, SeriesForecaster } from '../demand/views.ts'
import type { CapacityEffect } from './capacity-io.ts'

/** What was learned is given to be kept at most so often; a crash loses as much (guess). */
const saveMs = 600_000

/** The slots that the mesh needed at most in each bucket of time, as this peer sees it, and what is forecast of them. */
export class NeededSeries {
  readonly #forecasters: ForecastersView
  readonly #tau: number
  #forecaster: SeriesForecaster
  #bucket = 0
  #most = 0
  #now = 0
  #keptMs: Millis = 0
  #changed = false

  /** @param tau how often the quantile should be enough */
  constructor(forecasters: ForecastersView, tau: number) {
    this.#forecasters = forecasters
    this.#tau = tau
    this.#forecaster = forecasters.make(tau)
  }

  /** Goes on where an earlier life was, as far as that can be read. */
  start(bucket: number, saved: unknown, now: Millis): void {
    this.#bucket = bucket
    this.#keptMs = now
    this.#forecaster = this.#forecasters.restored(this.#tau, saved) ?? this.#forecaster
  }

  get forecaster(): SeriesForecaster {
    return this.#forecaster
  }

  /** Needed now. */
  get now(): number {
    return this.#now
  }

  /** So many are needed, in this bucket. True: the one before is over, and was learned. */
  see(needed: number, bucket: number): boolean {
    this.#now = needed
    this.#most = Math.max(this.#most, needed)
    if (bucket === this.#bucket) return false
    this.#forecaster.step(this.#bucket, this.#most)
    this.#changed ||= this.#most > 0
    this.#bucket = bucket
    this.#most = needed
    return true
  }

  /** Has what is new be kept, where that is due. */
  keepDue(now: Millis, out: CapacityEffect[]): void {
    if (now - this.#keptMs >= saveMs) this.keep(now, out)
  }

  /** Has whatever is new be kept: plain data of at most 60 kB. */
  keep(now: Millis, out: CapacityEffect[]): void {
    if (!this.#changed) return
    this.#keptMs = now
    this.#changed = false
    out.push({ type: 'saveForecast', forecast: this.#forecaster.save() })
  }
}
