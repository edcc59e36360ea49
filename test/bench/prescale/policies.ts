import { Forecaster, forecastConfigFor } from '@souk/forecast'
import {
  decideTarget,
  defaultPoolConfig,
  type Policy,
  type PoolConfig,
  provisionTau,
  type Target,
  type Wanted,
} from '@souk/scaling'

/** Nothing stands warm but what was used a while ago. */
export class KeepAlive implements Policy {
  readonly bucketMs = 10_000
  readonly #wanted: Wanted

  constructor(keepMs: number) {
    this.#wanted = { workers: 0, keepMs }
  }

  decide(): Wanted {
    return this.#wanted
  }
}

/** The peers' own: forecasts, and the decision made of them. */
export class Forecasting implements Policy {
  readonly bucketMs: number
  readonly #config: PoolConfig
  readonly #forecaster: Forecaster
  /** buckets until a worker that starts now is warm */
  readonly #ahead: number
  #current = 0
  #mostUsed = 0
  #lastUsed = 0
  #low: Target['low']

  constructor(coldStartMs: number, bucketMs: number, changes: Partial<PoolConfig>) {
    this.bucketMs = bucketMs
    this.#config = { ...defaultPoolConfig, ...changes, workersMax: 100_000 }
    this.#forecaster = new Forecaster({ ...forecastConfigFor(bucketMs), tau: provisionTau(this.#config.costs) })
    this.#ahead = 1 + Math.round(coldStartMs / bucketMs)
  }

  decide(bucket: number, used: number): Wanted {
    this.#forecaster.step(bucket, used)
    this.#mostUsed = Math.max(this.#mostUsed, used)
    if (used > 0) this.#lastUsed = used
    const ahead = [1, this.#ahead].flatMap((each) => this.#forecaster.forecast(each)?.quantile ?? [])
    const target = decideTarget(
      {
        now: (bucket + 1) * this.bucketMs,
        current: this.#current,
        low: this.#low,
        mostUsed: this.#mostUsed,
        quantile: ahead.length > 0 ? Math.max(...ahead) : undefined,
        due: undefined,
        lastUsed: this.#lastUsed,
      },
      this.#config,
    )
    this.#current = target.workers
    this.#low = target.low
    return { workers: target.workers, keepMs: this.#config.keepMs }
  }
}
