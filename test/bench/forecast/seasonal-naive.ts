/** residuals of which the quantile is taken, as many as the forecaster keeps */
const residualsMax = 200

/**
 * What a series was a season ago, and around that the quantile of its own latest residuals: the baseline is allowed the
 * same means as the forecaster, so that only what is forecast differs.
 */
export class SeasonalNaive {
  readonly #period: number
  readonly #values: number[] = []
  readonly #residuals = new Map<number, number[]>()

  constructor(period: number) {
    this.#period = period
  }

  /** A gap counts as what was expected, so that a season later something is known. */
  step(value: number | undefined): void {
    this.#values.push(value ?? this.point(1))
  }

  point(ahead: number): number {
    const seasons = Math.ceil(ahead / this.#period)
    return this.#values[this.#values.length - 1 + ahead - seasons * this.#period] ?? this.#values.at(-1) ?? Number.NaN
  }

  /** That share of what was seen has been below of late. */
  quantile(ahead: number, share: number): number {
    const residuals = this.#residuals.get(ahead) ?? []
    if (residuals.length === 0) return this.point(ahead)
    const sorted = Float64Array.from(residuals).sort()
    const place = Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * (sorted.length + 1)) - 1))
    return this.point(ahead) + sorted[place]!
  }

  score(ahead: number, residual: number): void {
    if (Number.isNaN(residual)) return
    const residuals = this.#residuals.get(ahead) ?? []
    residuals.push(residual)
    if (residuals.length > residualsMax) residuals.shift()
    this.#residuals.set(ahead, residuals)
  }
}
