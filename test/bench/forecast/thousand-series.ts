import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { Forecaster, forecastConfigFor } from '@souk/forecast'
import { Prng } from '@souk/kernel'
import { Demand, type DemandEffect, defaultDemandConfig, type ForecastersView } from '@souk/scaling'

const seriesMin = 1_000
/** of one class: runs begun, at once, CPU time, memory, bytes, arrivals */
const seriesPerClass = 6
const { bucketMs, forecastAfter } = defaultDemandConfig
/** the first of them fill what is remembered and warm up the compiler, and are left out */
const warmUp = 60
const buckets = 60

export interface ThousandSeries {
  series: number
  /** processor time for all of it, of the time that passes: 100 is one core */
  cpuPct: number
  /** by the garbage collector's account */
  mb: number
  /** of those the forecasters' own numbers */
  forecasterMb: number
  /** buckets that were measured */
  buckets: number
}

/**
 * A thousand series as a peer has them, in buckets of ten seconds: what is counted of classes of tasks, learned and forecast
 * at all horizons, and what scaling decides from it. More classes than a peer follows, so that there are as many.
 */
export function thousandSeries(): ThousandSeries {
  const collect = garbageCollector()
  const classes = Math.ceil(seriesMin / seriesPerClass)
  const before = usedBytes(collect)
  const forecasters: Forecaster[] = []
  const config = { ...defaultDemandConfig, classesMax: classes }
  const view = { slots: () => 64, waiting: () => new Map<string, number>(), runMs: () => 2_000 }
  const demand = new Demand(config, countedIn(forecasters), view)
  const host = new BusyHost(demand, classes)
  for (let i = 0; i < warmUp + forecastAfter; i++) host.bucket()
  const { user, system } = process.cpuUsage()
  for (let i = 0; i < buckets; i++) host.bucket()
  const spent = process.cpuUsage({ user, system })
  const mb = (usedBytes(collect) - before) / 1e6
  const forecasterMb = forecasters.reduce((sum, { bytes }) => sum + bytes, 0) / 1e6
  // Asked after the count, so that nothing of it was let go before.
  const series = demand.snapshot().classes * seriesPerClass
  const cpuPct = (100 * (spent.user + spent.system)) / 1000 / (buckets * bucketMs)
  return { series, cpuPct, mb, forecasterMb, buckets }
}

function countedIn(forecasters: Forecaster[]): ForecastersView {
  const form = forecastConfigFor(bucketMs)
  return {
    make(tau) {
      const forecaster = new Forecaster({ ...form, tau })
      forecasters.push(forecaster)
      return forecaster
    },
    restored: (tau, saved) => Forecaster.restored({ ...form, tau }, saved),
  }
}

/** Tasks of each class come in each bucket, more and fewer in waves. */
class BusyHost {
  readonly #demand: Demand
  readonly #classes: number
  readonly #prng = new Prng(1, 'thousand')
  #now = 0
  #count = 0

  constructor(demand: Demand, classes: number) {
    this.#demand = demand
    this.#classes = classes
    demand.step({ type: 'start', wallMs: 0, stored: [] }, 0, [])
  }

  /** What runs in it, and its end: until every class has learned of it. Effects go as they would to a driver. */
  bucket(): void {
    const out: DemandEffect[] = []
    const begun = this.#now
    for (let i = 0; i < this.#classes; i++) {
      const runs = Math.round(2 + 2 * Math.sin((2 * Math.PI * (begun / bucketMs + i)) / 30) + this.#prng.float())
      for (let k = 0; k < runs; k++) this.#run(`process/class-${i}`, begun, out)
    }
    this.#now = begun + bucketMs
    for (let at = this.#demand.nextWakeup()!; at <= this.#now; at = this.#demand.nextWakeup()!)
      this.#demand.step({ type: 'wake' }, at, out)
  }

  #run(name: string, now: number, out: DemandEffect[]): void {
    const task = `task-${this.#count++}` as Parameters<typeof startOf>[0]
    this.#demand.step({ type: 'arrived', class: name }, now, out)
    this.#demand.step(startOf(task, name), now, out)
    this.#demand.step({ type: 'ended', task, cpuMs: 900, outputBytes: 2_000, warmUpMs: 50 }, now + 1_000, out)
  }
}

type Started = Extract<Parameters<Demand['step']>[0], { type: 'started' }>

function startOf(task: Started['task'], name: string): Started {
  return { type: 'started', task, class: name, memoryBytes: 1e8, inputBytes: 5_000, work: { name } }
}

function usedBytes(collect: () => void): number {
  collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

function garbageCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}
