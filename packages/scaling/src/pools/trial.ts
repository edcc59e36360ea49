import type { PoolConfig } from './pool-config.ts'
import type { ProvisionCosts } from './provision-tau.ts'

/** Sums of costs that fade, of what was forecast and of what keeping what was used last would have cost. */
interface Costs {
  forecast: number
  lastUsed: number
}

export interface TrialSaved {
  long: Costs
  recent: Costs
  buckets: number
  busy: number
  sinceDemoted: number
}

/**
 * What forecasts of one class would have cost on this host's own history, beside keeping what was used last. Both are
 * judged by the same demand, whoever decides meanwhile: what runs does not depend on what stands warm.
 */
export class Trial {
  readonly #config: PoolConfig
  #long: Costs = { forecast: 0, lastUsed: 0 }
  #recent: Costs = { forecast: 0, lastUsed: 0 }
  #buckets = 0
  #busy = 0
  #sinceDemoted = Number.POSITIVE_INFINITY

  constructor(config: PoolConfig) {
    this.#config = config
  }

  /** A bucket in which `used` workers were needed at once, and so many stood warm by each. */
  score(used: number, { forecast, lastUsed }: Costs): void {
    const { costs, trialHalfLife, recentHalfLife } = this.#config
    const [asForecast, asLastUsed] = [costOf(used, forecast, costs), costOf(used, lastUsed, costs)]
    for (const [sums, halfLife] of [
      [this.#long, trialHalfLife],
      [this.#recent, recentHalfLife],
    ] as const) {
      const keep = 0.5 ** (1 / halfLife)
      sums.forecast = keep * sums.forecast + asForecast
      sums.lastUsed = keep * sums.lastUsed + asLastUsed
    }
    this.#buckets++
    this.#sinceDemoted++
    if (used > 0) this.#busy++
  }

  /** Whether forecasts have earned to decide. */
  get earned(): boolean {
    const { trialBuckets, trialBusyBuckets, promoteBelow, demotedBuckets } = this.#config
    const enough = this.#buckets >= trialBuckets && this.#busy >= trialBusyBuckets
    return (
      enough &&
      this.#sinceDemoted >= demotedBuckets &&
      this.#long.forecast < promoteBelow * this.#long.lastUsed &&
      this.#recent.forecast <= this.#recent.lastUsed
    )
  }

  /** Whether they have done worse of late than keeping what was used last. */
  get lost(): boolean {
    return this.#recent.forecast > this.#config.demoteAbove * this.#recent.lastUsed
  }

  demoted(): void {
    this.#sinceDemoted = 0
  }

  /** Mean costs a bucket are not told: the sums fade alike, so their ratio is what counts. */
  report() {
    return {
      buckets: this.#buckets,
      busyBuckets: this.#busy,
      forecastCost: this.#long.forecast,
      lastUsedCost: this.#long.lastUsed,
      recentForecastCost: this.#recent.forecast,
      recentLastUsedCost: this.#recent.lastUsed,
    }
  }

  save(): TrialSaved {
    const sinceDemoted = Math.min(this.#sinceDemoted, 1e9)
    return { long: this.#long, recent: this.#recent, buckets: this.#buckets, busy: this.#busy, sinceDemoted }
  }

  restore(saved: unknown): void {
    const { long, recent, buckets, busy, sinceDemoted } = (saved ?? {}) as Partial<TrialSaved>
    const numbers = [long?.forecast, long?.lastUsed, recent?.forecast, recent?.lastUsed, buckets, busy, sinceDemoted]
    if (!numbers.every((x) => typeof x === 'number' && x >= 0 && Number.isFinite(x))) return
    this.#long = { forecast: long!.forecast, lastUsed: long!.lastUsed }
    this.#recent = { forecast: recent!.forecast, lastUsed: recent!.lastUsed }
    this.#buckets = buckets!
    this.#busy = busy!
    this.#sinceDemoted = sinceDemoted!
  }
}

/** What it costs where `warm` stand ready for `used`. */
export function costOf(used: number, warm: number, { coldStart, idleSlot }: ProvisionCosts): number {
  return used > warm ? coldStart * (used - warm) : idleSlot * (warm - used)
}
