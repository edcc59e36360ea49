import { BoundedMap, fitsClass, type Machine, type Millis } from '@souk/kernel'
import type { DemandDigest, TaskId } from '@souk/wire'
import type { WarmWork } from '../pools/warm-state.ts'
import { ClassDemand } from './class-demand.ts'
import { type ClassReport, classReport } from './class-report.ts'
import type { DemandConfig } from './config.ts'
import type { DemandEffect, DemandInput, TrialFigures } from './demand-io.ts'
import { digestOf } from './digest.ts'
import type { DemandView, ForecastersView } from './views.ts'

/** How the keys begin under which demand is stored. */
export const demandPrefix = 'demand/'

/** What a bid says of a class. */
export interface Warmth {
  free: number
  /** 0: nobody has measured it */
  coldMs: Millis
}

interface Running {
  class: string
  memoryBytes: number
}

/**
 * Counts what is asked of this peer, by class and bucket of time, forecasts it, has workers stand warm for it where that
 * has proved worth it, and tells the mesh in short what it has and expects.
 *
 * A class counts as new until it has arrived or started in two buckets: tasks that are each of a class of their own push out
 * nothing that was learned. Bounds: `classesMax` classes of about 350 kB (6 forecasters), and as many new ones of about 1 kB.
 * Cost: a microsecond a run; six forecaster steps a class and bucket, a few classes at a time, so that nothing waits
 * for them.
 */
export class Demand implements Machine<DemandInput, DemandEffect> {
  readonly #config: DemandConfig
  readonly #forecasters: ForecastersView
  readonly #view: DemandView
  readonly #classes: BoundedMap<string, ClassDemand>
  readonly #fresh: BoundedMap<string, ClassDemand>
  readonly #running = new Map<TaskId, Running>()
  /** wall clock less the monotonic one, as of the start: within a life no clock step is felt */
  #offsetMs = 0
  /** that is being counted; undefined before the first run */
  #bucket: number | undefined
  #now: Millis = 0
  /** their bucket has ended, and they have not learned of it yet */
  readonly #toLearn: ClassDemand[] = []
  #learnAtMs: Millis = 0
  #digest: DemandDigest | undefined

  constructor(config: DemandConfig, forecasters: ForecastersView, view: DemandView) {
    this.#config = config
    this.#view = view
    this.#forecasters = forecasters
    this.#classes = new BoundedMap(config.classesMax)
    this.#fresh = new BoundedMap(config.classesMax)
  }

  step(input: DemandInput, now: Millis, out: DemandEffect[]): void {
    this.#now = now
    if (input.type === 'start') this.#onStart(input, now)
    this.#closeUntil(this.#bucketAt(now), now, out)
    switch (input.type) {
      case 'wake':
        if (now >= this.#learnAtMs) this.#learn(now, out, this.#config.learnClassesMax)
        break
      case 'arrived':
        this.#touched(input.class, now).open.arrivals++
        break
      case 'started':
        this.#onStarted(input, now)
        break
      case 'ended':
        this.#onEnded(input, now)
        break
      case 'measured':
        this.#onMeasured(input)
        break
      case 'warmed':
        this.#onWarmed(input, now, out)
        break
      case 'leave':
        this.#learn(now, out, Number.POSITIVE_INFINITY)
        for (const demand of this.#classes.values()) if (demand.changed) this.#save(demand, now, out)
        break
    }
  }

  /** The end of the bucket, or when more may be learned of the last one; an idle peer that has seen nothing is never woken. */
  nextWakeup(): Millis | undefined {
    if (this.#bucket === undefined) return undefined
    if (this.#toLearn.length > 0) return this.#learnAtMs
    return (this.#bucket + 1) * this.#config.bucketMs - this.#offsetMs
  }

  snapshot() {
    return { classes: this.#classes.size, fresh: this.#fresh.size, running: this.#running.size }
  }

  /** What is known of the classes that are followed, or of one, by name; the latest `buckets` of what was counted. */
  report({ buckets, only }: { buckets: number; only?: string | undefined }, now: Millis): ClassReport[] {
    return [...this.#classes.values()]
      .filter(({ name }) => only === undefined || name === only)
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((demand) => classReport(demand, this.#config, buckets, now))
  }

  /** Workers of this class that are warm and free, and how long a cold one takes; undefined: it has no such workers. */
  warmth(name: string): Warmth | undefined {
    const demand = this.#find(name)
    const free = demand?.warmFree(this.#now)
    return free === undefined ? undefined : { free, coldMs: demand?.pool.warm.warmUpMs ?? 0 }
  }

  /** What the mesh was last told of it, at the end of a bucket; undefined before the first. */
  get digest(): DemandDigest | undefined {
    return this.#digest
  }

  #find(name: string): ClassDemand | undefined {
    return this.#classes.get(name) ?? this.#fresh.get(name)
  }

  #bucketAt(now: Millis): number {
    return Math.max(0, Math.floor((now + this.#offsetMs) / this.#config.bucketMs))
  }

  #onStart({ wallMs, stored }: Extract<DemandInput, { type: 'start' }>, now: Millis): void {
    this.#offsetMs = Number.isFinite(wallMs) ? wallMs - now : 0
    for (const { key, value } of stored) {
      if (!key.startsWith(demandPrefix) || this.#classes.full) continue
      const demand = ClassDemand.restored(value, this.#config, this.#forecasters, now)
      if (!demand || keyOf(demand.name) !== key) continue
      demand.pool.warm.work = this.#warmable(demand.name, demand.pool.warm.work)
      this.#classes.push(demand.name, demand)
    }
    if (this.#classes.size > 0) this.#bucket = this.#bucketAt(now)
  }

  /** Of this class something is asked now. */
  #touched(name: string, now: Millis): ClassDemand {
    this.#bucket ??= this.#bucketAt(now)
    const known = this.#find(name)
    const demand = known ?? new ClassDemand(name, this.#config, this.#forecasters, now)
    if (!known) this.#fresh.push(name, demand)
    else if (this.#classes.has(name)) this.#classes.push(name, demand)
    return demand
  }

  #onStarted(input: Extract<DemandInput, { type: 'started' }>, now: Millis): void {
    const { task, class: name, memoryBytes, inputBytes, work } = input
    const demand = this.#touched(name, now)
    this.#running.set(task, { class: name, memoryBytes })
    demand.open.start(memoryBytes, inputBytes)
    demand.pool.warm.work = this.#warmable(name, work)
    demand.onStarted(now)
  }

  #onEnded({ task, cpuMs, outputBytes, warmUpMs }: Extract<DemandInput, { type: 'ended' }>, now: Millis): void {
    const run = this.#running.get(task)
    if (!run) return
    this.#running.delete(task)
    const demand = this.#find(run.class)
    if (!demand) return
    demand.open.end(run.memoryBytes, cpuMs, outputBytes)
    demand.pool.warm.started(warmUpMs)
    demand.pool.onEnd(demand.open.running, now)
  }

  #onMeasured({ runs }: Extract<DemandInput, { type: 'measured' }>): void {
    const sums = new Map<string, number>()
    for (const { task, memoryBytes = 0 } of runs) {
      const name = this.#running.get(task)?.class
      if (name !== undefined) sums.set(name, (sums.get(name) ?? 0) + memoryBytes)
    }
    for (const [name, bytes] of sums) this.#find(name)?.open.measure(bytes)
  }

  #onWarmed(input: Extract<DemandInput, { type: 'warmed' }>, now: Millis, out: DemandEffect[]): void {
    const { class: name, workers, tookMs, code = '', detail } = input
    const demand = this.#find(name)
    if (!demand) return
    const { code: codeBefore, detail: detailBefore } = demand.pool.warm
    demand.onWarmed(input, now)
    const again = code !== '' && code === codeBefore && sameReason(detail ?? '', detailBefore)
    const done = { class: name, workers, tookMs, code }
    out.push({ type: 'warmed', ...done, ...(detail && { detail }), ...(again && { again }) })
  }

  /** Ends what is over. A clock that stands still or goes back ends nothing; of buckets that were slept through nothing is known. */
  #closeUntil(bucket: number, now: Millis, out: DemandEffect[]): void {
    const open = this.#bucket
    if (open === undefined || bucket <= open) return
    this.#learn(now, out, Number.POSITIVE_INFINITY)
    this.#bucket = bucket
    this.#settle(now, out)
    for (const demand of this.#classes.values()) {
      const skipped = demand.bucket < 0 ? 0 : Math.max(0, open - demand.bucket - 1)
      demand.close(open, skipped)
      this.#toLearn.push(demand)
    }
    this.#learn(now, out, this.#config.learnClassesMax)
  }

  /** Lets some of those learn whose bucket has ended; after the last of them something may be saved. */
  #learn(now: Millis, out: DemandEffect[], count: number): void {
    if (this.#toLearn.length === 0) return
    for (const demand of this.#toLearn.splice(0, count)) {
      const change = demand.learn(now, this.#view.slots())
      if (change) out.push({ type: change, class: demand.name, figures: figuresOf(demand) })
      this.#order(demand, out)
    }
    this.#learnAtMs = now + this.#config.learnGapMs
    if (this.#toLearn.length > 0) return
    this.#digest = digestOf([...this.#classes.values()], this.#view, this.#config.bucketMs)
    out.push({ type: 'digest', digest: this.#digest })
    this.#saveOne(now, out)
  }

  /** Whatever has arrived or started in a second bucket is followed from now on. */
  #settle(now: Millis, out: DemandEffect[]): void {
    for (const [name, demand] of [...this.#fresh.entries()]) {
      const asked = demand.open.starts + demand.open.arrivals
      if (!demand.seen || asked === 0) {
        demand.seen ||= asked > 0
        demand.open.close()
        continue
      }
      this.#fresh.delete(name)
      demand.savedMs = now
      const evicted = this.#classes.push(name, demand)
      if (evicted) out.push({ type: 'write', key: keyOf(evicted[0]), value: undefined })
    }
  }

  #order({ name, pool, history }: ClassDemand, out: DemandEffect[]): void {
    const { work } = pool.warm
    const wanted = Math.min(this.#view.slots(), pool.wanted(history, this.#config.bucketMs) ?? 0)
    const before = pool.ordered
    pool.ordered = wanted
    const code = pool.mode === 'live' ? pool.code : 'last-used'
    if (wanted !== before) out.push({ type: 'target', class: name, workers: wanted, before, code })
    if (wanted > 0) out.push({ type: 'warm', order: { class: name, work: work!, workers: wanted } })
  }

  /** Only commands that this host has declared have workers that could be warm. */
  #warmable(name: string, work: WarmWork | undefined): WarmWork | undefined {
    const declared = work?.process !== true || this.#config.warmProcesses.some((pattern) => fitsClass(pattern, name))
    return declared ? work : undefined
  }

  /** One class a bucket: they are large. */
  #saveOne(now: Millis, out: DemandEffect[]): void {
    let oldest: ClassDemand | undefined
    for (const demand of this.#classes.values()) {
      if (!demand.changed || now - demand.savedMs < this.#config.saveMs) continue
      if (!oldest || demand.savedMs < oldest.savedMs) oldest = demand
    }
    if (oldest) this.#save(oldest, now, out)
  }

  #save(demand: ClassDemand, now: Millis, out: DemandEffect[]): void {
    const value = demand.save()
    demand.savedMs = now
    demand.changed = false
    if (value !== undefined) out.push({ type: 'write', key: keyOf(demand.name), value })
  }
}

/**
 * What is measured anew each time, in the words of whoever ended it for its limits: how much it took is no other reason.
 * Any other number is part of one: a version, an address, an exit code, the limit itself.
 */
const measured = /\bused [\d.]+ [kMGT]?B(?= of )|\bit had \d+ processes(?= of )|, and needed more\b/g

function sameReason(one: string, other: string): boolean {
  return one.replace(measured, '') === other.replace(measured, '')
}

function keyOf(name: string): string {
  return demandPrefix + name
}

function figuresOf({ pool }: ClassDemand): TrialFigures {
  const { buckets, forecastCost, lastUsedCost, recentForecastCost, recentLastUsedCost } = pool.trial.report()
  // Who is demoted lost of late, whatever was before.
  return pool.mode === 'live'
    ? { buckets, forecastCost, lastUsedCost }
    : { buckets, forecastCost: recentForecastCost, lastUsedCost: recentLastUsedCost }
}
