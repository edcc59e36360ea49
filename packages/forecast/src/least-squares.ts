import type { NumberStore } from './number-store.ts'

/** Beyond this sum of variances nothing more is forgotten: directions that are never seen would grow without bound. */
const traceMax = 1e4

/** Recursive least squares with forgetting and a ridge prior (Haykin, Adaptive Filter Theory, ch. 10). */
export class LeastSquares {
  readonly #size: number
  readonly #forgetting: number
  readonly #prior: number
  readonly #theta: Float64Array
  /** symmetric, by rows */
  readonly #p: Float64Array
  readonly #gain: Float64Array
  #start: number

  /** `start`: index of the feature that is taken as the answer until more is known. */
  constructor(size: number, start: number, forgetting: number, ridge: number, store: NumberStore) {
    this.#size = size
    this.#start = start
    this.#forgetting = forgetting
    this.#prior = 1 / ridge
    this.#theta = store.doubles(size)
    this.#p = store.doubles(size * size)
    this.#gain = new Float64Array(size)
    this.reset()
  }

  reset(): void {
    this.#theta.fill(0)
    this.#theta[this.#start] = 1
    this.#p.fill(0)
    this.loosen(this.#prior)
  }

  /** Trusts what it knows less, by that variance. */
  loosen(variance: number): void {
    for (let i = 0; i < this.#size; i++) this.#p[i * this.#size + i]! += variance
  }

  predict(x: Float64Array): number {
    let sum = 0
    for (let i = 0; i < this.#size; i++) sum += this.#theta[i]! * x[i]!
    return sum
  }

  learn(x: Float64Array, y: number): void {
    const n = this.#size
    const [p, gain] = [this.#p, this.#gain]
    let energy = 0
    let trace = 0
    for (let i = 0; i < n; i++) {
      let sum = 0
      for (let j = 0; j < n; j++) sum += p[i * n + j]! * x[j]!
      gain[i] = sum
      energy += sum * x[i]!
      trace += p[i * n + i]!
    }
    const keep = trace < traceMax ? this.#forgetting : 1
    const scale = 1 / (keep + energy)
    const error = y - this.predict(x)
    if (!(Number.isFinite(scale * error) && energy >= 0)) {
      this.reset()
      return
    }
    for (let i = 0; i < n; i++) {
      this.#theta[i]! += gain[i]! * scale * error
      for (let j = i; j < n; j++) {
        const value = (p[i * n + j]! - gain[i]! * gain[j]! * scale) / keep
        p[i * n + j] = value
        p[j * n + i] = value
      }
    }
  }
}
