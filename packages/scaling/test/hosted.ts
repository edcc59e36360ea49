import type { Millis } from '@souk/kernel'
import {
  Demand,
  type DemandConfig,
  type DemandEffect,
  type DemandInput,
  defaultDemandConfig,
  type ForecastersView,
  type SeriesForecaster,
} from '../src/index.ts'

/** What repeats itself after so many buckets is forecast without error once it was seen; from some bucket on it is 8. */
export function periodic(period: number, rightUntil = Number.POSITIVE_INFINITY): ForecastersView {
  return {
    make: () => new Periodic(period, rightUntil),
    restored(_, saved) {
      if (!Array.isArray(saved)) return undefined
      const forecaster = new Periodic(period, rightUntil)
      for (const [bucket, value] of saved as [number, number][]) forecaster.step(bucket, value)
      return forecaster
    },
  }
}

class Periodic implements SeriesForecaster {
  readonly #period: number
  readonly #seen = new Map<number, number>()
  readonly #rightUntil: number
  #latest = -1

  constructor(period: number, rightUntil: number) {
    this.#period = period
    this.#rightUntil = rightUntil
  }

  step(bucket: number, value: number | undefined): void {
    this.#latest = bucket
    if (value !== undefined) this.#seen.set(bucket, value)
  }

  forecast(ahead: number) {
    if (this.#seen.size === 0) return undefined
    const right = this.#latest < this.#rightUntil
    const point = right ? (this.#seen.get(this.#latest + ahead - this.#period) ?? 0) : 8
    return { ahead, point, low: point, high: point, quantile: point, by: 'period' }
  }

  accuracy() {
    return []
  }

  save(): unknown {
    return [...this.#seen]
  }
}

/** What a run asks for and uses. */
interface Work {
  name: string
  ms: Millis
  cpuMs: Millis
  memoryBytes: number
  inputBytes: number
  outputBytes: number
  warmUpMs: Millis
  /** they are commands */
  process: true
}

/** A host whose demand is counted: runs are started and ended at times, and every effect is kept. */
export class Hosted {
  readonly demand: Demand
  readonly effects: DemandEffect[] = []
  now: Millis = 0
  slots = 100
  waiting = new Map<string, number>()
  runMs: Millis | undefined
  #tasks = 0

  constructor(
    over: Partial<DemandConfig> = {},
    forecasters: ForecastersView = periodic(12),
    stored: { key: string; value: unknown }[] = [],
  ) {
    this.demand = new Demand({ ...defaultDemandConfig, ...over }, forecasters, {
      slots: () => this.slots,
      waiting: () => this.waiting,
      runMs: () => this.runMs,
    })
    this.step({ type: 'start', wallMs: 0, stored })
  }

  step(input: DemandInput): void {
    this.demand.step(input, this.now, this.effects)
  }

  /** So many runs of a class at once, each for `ms`; the time goes on meanwhile. */
  runs(
    count: number,
    {
      name = 'render',
      ms = 1_000,
      cpuMs = 1_000,
      memoryBytes = 0,
      inputBytes = 0,
      outputBytes = 0,
      warmUpMs,
      process,
    }: Partial<Work> = {},
  ): void {
    const tasks = Array.from({ length: count }, () => `task-${this.#tasks++}`)
    const work = process ? { name, process } : { name }
    for (const task of tasks) this.step({ type: 'started', task, class: name, memoryBytes, inputBytes, work })
    this.now += ms
    for (const task of tasks) this.step({ type: 'ended', task, cpuMs, outputBytes, warmUpMs })
  }

  /** To the end of this bucket, and into the next. */
  nextBucket(): void {
    this.now = this.demand.nextWakeup() ?? this.now
    this.step({ type: 'wake' })
  }

  /** One bucket with so many runs at once, for each. */
  buckets(counts: readonly number[]): void {
    for (const count of counts) {
      if (count > 0) this.runs(count)
      this.nextBucket()
    }
  }

  report(name = 'render') {
    const [report] = this.demand.report({ buckets: 1_000, only: name }, this.now)
    return report
  }

  history(quantity: string, name = 'render') {
    return this.report(name)?.quantities.find((each) => each.quantity === quantity)?.history
  }

  of<T extends DemandEffect['type']>(type: T): Extract<DemandEffect, { type: T }>[] {
    return this.effects.filter((effect) => effect.type === type) as Extract<DemandEffect, { type: T }>[]
  }
}

/** Two minutes: little, then a burst. */
export const wave = [1, 1, 1, 1, 1, 1, 1, 1, 8, 8, 8, 1]
export const waves = (count: number): number[] => Array.from({ length: count }, () => wave).flat()
