import type { Candidate } from './candidate.ts'
import { aheadMax, type ForecastConfig } from './config.ts'
import { LeastSquares } from './least-squares.ts'
import type { NumberStore } from './number-store.ts'
import type { Season } from './season.ts'
import type { Seasons } from './seasons.ts'

const lags = [1, 2, 3, 6, 12]
const lagMax = 12
/** for each season: a season before, the bucket before that, and the mean profile */
const seasonFeatures = 3
const forgetting = 0.998
const ridge = 1e-2
/** weight of a value in what counts as its usual level, spread and range (guess) */
const usualWeight = 0.005
const shiftVariance = 1

const fields = { seen: 0, level: 1, variance: 2, low: 3, high: 4 }

/**
 * A linear model of lags, seasons and the time of day, fitted as values come. Forecasts further ahead take its own nearer
 * ones for values. All features are in spreads around the usual level; answers stay within what was seen of late and half
 * of that range beyond, so that an unstable fit cannot run away.
 */
export class Ridge implements Candidate {
  readonly name = 'ridge'
  readonly #config: ForecastConfig
  readonly #seasons: Seasons
  readonly #model: LeastSquares
  readonly #own: Float64Array
  /** the latest values, the newest first */
  readonly #recent: Float64Array
  /** what each season had been at the latest bucket before it was seen */
  readonly #before: Float64Array
  readonly #x: Float64Array
  readonly #path = new Float64Array(aheadMax)
  #pathLength = 0

  constructor(config: ForecastConfig, seasons: Seasons, store: NumberStore) {
    this.#config = config
    this.#seasons = seasons
    const size = 1 + lags.length + seasons.all.length * seasonFeatures + 2
    this.#model = new LeastSquares(size, 1, forgetting, ridge, store)
    this.#own = store.doubles(5)
    this.#recent = store.doubles(lagMax, Number.NaN)
    this.#before = store.doubles(Math.max(1, seasons.all.length), Number.NaN)
    this.#x = new Float64Array(size)
  }

  learn(bucket: number, value: number): void {
    const own = this.#own
    if (own[fields.seen]! > lagMax) {
      this.#features(bucket, 1)
      this.#model.learn(this.#x, this.#scaled(value, this.#inverseSpread))
    }
    const weight = Math.max(usualWeight, 1 / ++own[fields.seen]!)
    const first = own[fields.seen] === 1
    own[fields.level] = first ? value : own[fields.level]! + weight * (value - own[fields.level]!)
    own[fields.variance]! += weight * ((value - own[fields.level]!) ** 2 - own[fields.variance]!)
    own[fields.low] = first
      ? value
      : Math.min(value, own[fields.low]! + usualWeight * (own[fields.level]! - own[fields.low]!))
    own[fields.high] = first
      ? value
      : Math.max(value, own[fields.high]! + usualWeight * (own[fields.level]! - own[fields.high]!))
    this.#push(value)
    this.#seasons.all.forEach((season, i) => {
      this.#before[i] = season.before(bucket)
    })
  }

  miss(guess: number): void {
    this.#push(guess)
    this.#before.fill(Number.NaN)
  }

  shift(): void {
    this.#model.loosen(shiftVariance)
  }

  point(bucket: number, ahead: number): number {
    if (this.#own[fields.seen]! <= lagMax) return Number.NaN
    for (; this.#pathLength < ahead; this.#pathLength++) this.#step(bucket, this.#pathLength + 1)
    return this.#path[ahead - 1]!
  }

  #push(value: number): void {
    this.#recent.copyWithin(1, 0)
    this.#recent[0] = value
    this.#pathLength = 0
  }

  #step(bucket: number, ahead: number): void {
    this.#features(bucket + ahead, ahead)
    const low = this.#own[fields.low]!
    const high = this.#own[fields.high]!
    const value = this.#own[fields.level]! + Math.sqrt(this.#own[fields.variance]!) * this.#model.predict(this.#x)
    const beyond = (high - low) / 2
    this.#path[ahead - 1] = Math.min(high + beyond, Math.max(low - beyond, value))
  }

  /** Those of `bucket`, which is so many after the latest; where that is more than one, those of the one before are in x. */
  #features(bucket: number, ahead: number): void {
    const x = this.#x
    const inverse = this.#inverseSpread
    x[0] = 1
    let at = 1
    for (const lag of lags) {
      x[at++] = this.#scaled(lag < ahead ? this.#path[ahead - lag - 1]! : this.#recent[lag - ahead]!, inverse)
    }
    for (let i = 0; i < this.#seasons.all.length; i++) {
      const season = this.#seasons.all[i]!
      const { used } = season
      const earlier = ahead > 1 ? x[at]! : used ? this.#scaled(this.#before[i]!, inverse) : 0
      x[at++] = used ? this.#scaled(this.#beforeOf(season, bucket, ahead), inverse) : 0
      x[at++] = earlier
      x[at++] = used ? this.#scaled(season.usual(bucket), inverse) : 0
    }
    const { dayBuckets } = this.#config
    const angle = dayBuckets === 0 ? 0 : (2 * Math.PI * (bucket % dayBuckets)) / dayBuckets
    x[at++] = dayBuckets === 0 ? 0 : Math.sin(angle)
    x[at++] = dayBuckets === 0 ? 0 : Math.cos(angle)
  }

  #beforeOf(season: Season, bucket: number, ahead: number): number {
    return ahead > season.period ? this.#path[ahead - season.period - 1]! : season.before(bucket)
  }

  get #inverseSpread(): number {
    const variance = this.#own[fields.variance]!
    return variance > 0 ? 1 / Math.sqrt(variance) : 0
  }

  /** In spreads around the usual level; what is not known counts as usual. */
  #scaled(value: number, inverseSpread: number): number {
    const scaled = (value - this.#own[fields.level]!) * inverseSpread
    return Number.isNaN(scaled) ? 0 : scaled
  }
}
