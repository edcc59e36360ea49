import type { NumberStore } from './number-store.ts'

/** A candidate whose loss is that of the best and x % more weighs exp(-sharpness x / 100) as much (guess). */
const sharpness = 12
/** Less than this share is left out: the worst of the candidates are far off. Losses go on, so they can come back. */
const shareMin = 0.02
/** scored so often on end before a candidate counts (guess) */
const scoresFrom = 10
/** Over this ratio to the last value's loss for so many buckets the last value is taken, until it is better again. */
const fallBackOver = 1.05
const fallBackAfter = 20

const fields = { own: 0, worse: 1, fallen: 2 }

/**
 * Weighs the candidates for one horizon by their recent pinball loss at the middle, which is half the absolute error: the
 * quantiles are laid around what comes out (`bands.ts`). The first candidate is the last value, the fall-back.
 */
export class Combination {
  readonly #keep: number
  readonly #losses: Float64Array
  readonly #counts: Float64Array
  readonly #own: Float64Array
  readonly #weights: Float64Array

  constructor(candidates: number, halfLife: number, store: NumberStore) {
    this.#keep = 0.5 ** (1 / halfLife)
    this.#losses = store.doubles(candidates)
    this.#counts = store.doubles(candidates)
    this.#own = store.doubles(3)
    this.#weights = store.doubles(candidates)
    this.#weights[0] = 1
  }

  /** The share of each candidate, whether or not the last value is taken instead. */
  get weights(): Float64Array {
    return this.#weights
  }

  /** Whether the combination was worse than the last value for long. */
  get fallenBack(): boolean {
    return this.#own[fields.fallen] === 1
  }

  /** The combination of what the candidates say. */
  combine(points: Float32Array | Float64Array, from: number): number {
    let sum = 0
    let total = 0
    for (let i = 0; i < this.#weights.length; i++) {
      const weight = this.#weights[i]!
      if (weight === 0 || Number.isNaN(points[from + i]!)) continue
      sum += weight * points[from + i]!
      total += weight
    }
    return total > 0 ? sum / total : points[from]!
  }

  /** What they said, and the combination, of a bucket that was then seen. */
  score(points: Float32Array, from: number, combined: number, value: number): void {
    const keep = this.#keep
    for (let i = 0; i < this.#losses.length; i++) {
      const point = points[from + i]!
      // What a silent one lost in other times says nothing of these.
      if (Number.isNaN(point)) {
        this.#losses[i] = this.#counts[i] = 0
        continue
      }
      this.#losses[i] = keep * this.#losses[i]! + Math.abs(value - point)
      this.#counts[i] = keep * this.#counts[i]! + 1
    }
    this.#own[fields.own] = keep * this.#own[fields.own]! + Math.abs(value - combined)
    this.#decideFallBack()
    this.#weigh()
  }

  /** What was learned of the candidates counts for less. */
  forget(share: number): void {
    for (const array of [this.#losses, this.#counts]) for (let i = 0; i < array.length; i++) array[i]! *= 1 - share
    this.#own[fields.own]! *= 1 - share
  }

  #decideFallBack(): void {
    const own = this.#own
    const worse = own[fields.own]! > fallBackOver * this.#losses[0]!
    own[fields.worse] = worse ? own[fields.worse]! + 1 : 0
    if (own[fields.worse]! >= fallBackAfter) own[fields.fallen] = 1
    else if (own[fields.own]! <= this.#losses[0]!) own[fields.fallen] = 0
  }

  #mean(i: number): number {
    return this.#counts[i]! >= scoresFrom || i === 0
      ? this.#losses[i]! / Math.max(this.#counts[i]!, 1e-9)
      : Number.POSITIVE_INFINITY
  }

  #weigh(): void {
    const weights = this.#weights
    let best = Number.POSITIVE_INFINITY
    for (let i = 0; i < weights.length; i++) best = Math.min(best, this.#mean(i))
    let total = 0
    for (let i = 0; i < weights.length; i++) {
      const mean = this.#mean(i)
      weights[i] = mean <= best ? 1 : Math.exp(-sharpness * (mean / best - 1))
      total += weights[i]!
    }
    let kept = 0
    for (let i = 0; i < weights.length; i++) {
      if (weights[i]! < shareMin * total) weights[i] = 0
      kept += weights[i]!
    }
    for (let i = 0; i < weights.length; i++) weights[i]! /= kept
  }
}
