import type { AccuracyReport } from './accuracy.ts'
import type { Candidate } from './candidate.ts'
import { aheadMax, checkForecastConfig, type ForecastConfig } from './config.ts'
import { Croston } from './croston.ts'
import { Horizon } from './horizon.ts'
import { LevelShift } from './level-shift.ts'
import { DampedHolt, Ewma, LastValue } from './levels.ts'
import { Median } from './median.ts'
import { NumberStore, type SavedNumbers } from './number-store.ts'
import { Outliers } from './outliers.ts'
import { Ridge } from './ridge.ts'
import { SeasonalNaive, SeasonalProfile } from './seasonal.ts'
import { Seasons } from './seasons.ts'
import { Theta } from './theta.ts'

/** What became of a bucket that was told. */
export type Observed =
  | 'learned'
  /** nothing was seen, or no number from 0 to 1e15: the bucket counts as a gap */
  | 'gap'
  /** the bucket is not after the latest, by a little: left out */
  | 'late'
  /** the bucket is so far back that the clock was set: taken as the next one */
  | 'clock set back'
  /** no bucket at all: left out */
  | 'no bucket'

export interface Forecast {
  ahead: number
  /** the middle: half of the time more, half of the time less */
  point: number
  /** 90 % of the time it is between these */
  low: number
  high: number
  /** what to provision: enough with probability tau */
  quantile: number
  /** the last value is taken where the combination was worse for long */
  by: 'combination' | 'last value'
}

/** What a forecaster can be made from again; plain data. */
export interface SavedForecaster {
  version: number
  /** the config's shape; another one cannot use these numbers */
  shape: string
  numbers: SavedNumbers
}

const version = 1
const valueMax = 1e15
/** So much further back than the latest a bucket is late; beyond that the clock was set. */
const lateMax = 12
/** A gap is walked through so far; beyond, only the time goes on. */
const gapWalkMax = 16
/** how much of what was learned of the candidates goes when the level shifts (guess) */
const shiftForgets = 0.8
const usualWeight = 0.01

const fields = { latest: 0, offset: 1, last: 2, usual: 3, seen: 4, lastAt: 5, shifts: 6 }

/**
 * Forecasts one series of values per bucket of time: a value for each bucket goes in, quantiles for buckets ahead come
 * out. Pure and synchronous; everything that it remembers is in one store of fixed size, 28 kB at most (57 kB with
 * its objects). How many there are is the owner's to bound: a peer follows 64 classes (`classesMax` of scaling's demand),
 * and lets the one that is longest without a task go for a new one.
 */
export class Forecaster {
  readonly #config: ForecastConfig
  readonly #store = new NumberStore()
  readonly #own: Float64Array
  readonly #seasons: Seasons
  readonly #last: LastValue
  /** the last value is the first of them */
  readonly #candidates: readonly Candidate[]
  readonly #outliers: Outliers
  readonly #shift: LevelShift
  readonly #horizons: readonly Horizon[]
  readonly #points: Float64Array

  constructor(config: ForecastConfig) {
    checkForecastConfig(config)
    const store = this.#store
    this.#config = config
    this.#own = store.doubles(7)
    this.#own[fields.latest] = -1
    this.#own[fields.last] = Number.NaN
    this.#seasons = new Seasons(config.periods, store)
    const seasons = this.#seasons.all
    this.#last = new LastValue(store)
    this.#candidates = [
      this.#last,
      new Median(store),
      new Ewma(store),
      new DampedHolt(store, this.#seasons),
      new Theta(store, this.#seasons),
      new Croston(store),
      new Ridge(config, this.#seasons, store),
      ...seasons.map((season) => new SeasonalNaive(season)),
      ...seasons.map((season) => new SeasonalProfile(season)),
    ]
    this.#outliers = new Outliers(store)
    this.#shift = new LevelShift(store)
    this.#horizons = config.horizons.map((ahead) => new Horizon(ahead, this.#candidates, config, store))
    this.#points = new Float64Array(this.#candidates.length)
  }

  /** What it remembers takes so many bytes, whatever comes. */
  get bytes(): number {
    return this.#store.bytes
  }

  /**
   * The value of one bucket, which is a whole number that rises with time (the time over the bucket's length). Buckets
   * that are left out, and those with undefined, NaN, less than 0 or more than 1e15, are gaps.
   */
  step(bucket: number, value: number | undefined): Observed {
    if (!Number.isSafeInteger(bucket) || bucket < 0) return 'no bucket'
    const own = this.#own
    const first = own[fields.latest]! < 0
    let at = bucket + own[fields.offset]!
    let set = false
    if (!first && at <= own[fields.latest]!) {
      if (own[fields.latest]! - at < lateMax) return 'late'
      // The clock was set, but the series goes on: its own count of buckets does not go back.
      own[fields.offset] = own[fields.latest]! + 1 - bucket
      at = own[fields.latest]! + 1
      set = true
    }
    if (!first) this.#walk(at)
    const known = value !== undefined && value >= 0 && value <= valueMax
    if (known) this.#learn(at, value)
    else this.#miss(at)
    if (own[fields.seen]! > 0) for (const horizon of this.#horizons) horizon.forecast(at, own[fields.usual]!)
    if (set) return 'clock set back'
    return known ? 'learned' : 'gap'
  }

  /** For so many buckets after the latest; undefined before the first value. */
  forecast(ahead: number): Forecast | undefined {
    const own = this.#own
    if (own[fields.seen] === 0 || !Number.isInteger(ahead) || ahead < 1 || ahead > aheadMax) return undefined
    const horizon = this.#nearest(ahead)
    const point = horizon.pointAt(own[fields.latest]!, ahead, this.#points)
    const { low, high, tau } = horizon.bandAround(point, own[fields.usual]!)
    const by = horizon.combination.fallenBack ? 'last value' : 'combination'
    return { ahead, point, low, high, quantile: tau, by }
  }

  /** How good its forecasts were, for each horizon. */
  accuracy(): AccuracyReport[] {
    return this.#horizons.map((horizon) => horizon.accuracy.report())
  }

  /** Why it forecasts what it does: the periods found, and what share each candidate has for each horizon. */
  snapshot() {
    const periods = this.#seasons.all.map(({ period, strength, used }) => ({ period, strength, used }))
    const horizons = this.#horizons.map(({ ahead, combination }) => {
      const shares = this.#candidates.map(({ name }, i) => [name, combination.weights[i]!] as const)
      return { ahead, fallenBack: combination.fallenBack, shares: Object.fromEntries(shares.filter(([, x]) => x > 0)) }
    })
    return { seen: this.#own[fields.seen]!, shifts: this.#own[fields.shifts]!, periods, horizons }
  }

  save(): SavedForecaster {
    return { version, shape: this.#shape, numbers: this.#store.save() }
  }

  /** One that goes on where the saved one was; undefined where that was of another version, config or form. */
  static restored(config: ForecastConfig, saved: unknown): Forecaster | undefined {
    if (typeof saved !== 'object' || saved === null) return undefined
    const { version: of, shape, numbers } = saved as Partial<SavedForecaster>
    const forecaster = new Forecaster(config)
    const same = of === version && shape === forecaster.#shape
    return same && forecaster.#store.restore(numbers) ? forecaster : undefined
  }

  get #shape(): string {
    const { horizons, periods, dayBuckets, tau } = this.#config
    return JSON.stringify([horizons, periods, dayBuckets, tau])
  }

  /** The horizon whose weights and residuals serve for so many buckets ahead. */
  #nearest(ahead: number): Horizon {
    const far = (horizon: Horizon): number => Math.abs(horizon.ahead - ahead)
    return this.#horizons.reduce((best, horizon) => (far(horizon) <= far(best) ? horizon : best))
  }

  /** Through the buckets between the latest and this one, of which nothing is known. */
  #walk(bucket: number): void {
    const latest = this.#own[fields.latest]!
    for (let missed = Math.max(latest + 1, bucket - gapWalkMax); missed < bucket; missed++) this.#miss(missed)
  }

  #miss(bucket: number): void {
    const latest = this.#own[fields.latest]!
    const guess =
      this.#own[fields.seen] === 0
        ? Number.NaN
        : this.#horizons[0]!.pointAt(latest, Math.min(aheadMax, bucket - latest), this.#points)
    for (const candidate of this.#candidates) candidate.miss(guess)
    this.#own[fields.latest] = bucket
  }

  #learn(bucket: number, value: number): void {
    const own = this.#own
    const expected = this.#horizons[0]!.forecastOf(bucket)
    const limited = this.#outliers.limit(value, expected)
    for (const horizon of this.#horizons) {
      horizon.score(bucket, value, limited, own[fields.usual]!)
      if (own[fields.lastAt] === bucket - 1) horizon.accuracy.step(value, own[fields.last]!)
    }
    for (const candidate of this.#candidates) candidate.learn(bucket, limited)
    this.#last.learn(bucket, this.#outliers.limitLoosely(value, expected, limited))
    this.#seasons.learn(bucket, limited)
    const level = this.#shift.see(limited, expected, this.#outliers.usualError)
    if (level !== undefined) this.#onShift(bucket, level)
    own[fields.seen]!++
    own[fields.usual]! += Math.max(usualWeight, 1 / own[fields.seen]!) * (limited - own[fields.usual]!)
    own[fields.last] = value
    own[fields.lastAt] = own[fields.latest] = bucket
  }

  #onShift(bucket: number, level: number): void {
    this.#own[fields.shifts]!++
    for (const candidate of this.#candidates) candidate.shift(bucket, level)
    for (const { combination } of this.#horizons) combination.forget(shiftForgets)
  }
}
