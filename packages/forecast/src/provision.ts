import { pinball } from './accuracy.ts'
import type { NumberStore } from './number-store.ts'
import type { SortedWindow } from './sorted-window.ts'

/** How far a miss moves the level. A level that swings up to the largest residual after each few misses costs much. */
const gamma = 0.001
const lossKept = 0.99

const fields = { level: 0, spreadLoss: 1, unitLoss: 2 }

/**
 * The quantile to provision, which is to cost least: laid by residuals in spreads, which follow how wild the series is
 * just now, or in units, which do not, whichever lost less (pinball loss) of late.
 */
export class Provision {
  readonly #tau: number
  readonly #inSpreads: SortedWindow
  readonly #inUnits: SortedWindow
  readonly #own: Float64Array

  /** Both windows are filled by their owner, and never empty when a quantile is asked for. */
  constructor(tau: number, inSpreads: SortedWindow, inUnits: SortedWindow, store: NumberStore) {
    this.#tau = tau
    this.#inSpreads = inSpreads
    this.#inUnits = inUnits
    this.#own = store.doubles(3)
    this.#own[fields.level] = tau
  }

  at(point: number, spread: number): number {
    const own = this.#own
    return own[fields.spreadLoss]! <= own[fields.unitLoss]! ? this.#bySpreads(point, spread) : this.#byUnits(point)
  }

  /** A bucket for which `quantile` was forecast; before its residual goes into the windows. */
  score(value: number, point: number, spread: number, quantile: number): void {
    const own = this.#own
    own[fields.level] = Math.min(1, Math.max(0, own[fields.level]! + gamma * (this.#tau - (value <= quantile ? 1 : 0))))
    own[fields.spreadLoss] =
      lossKept * own[fields.spreadLoss]! + pinball(value, this.#bySpreads(point, spread), this.#tau)
    own[fields.unitLoss] = lossKept * own[fields.unitLoss]! + pinball(value, this.#byUnits(point), this.#tau)
  }

  #bySpreads(point: number, spread: number): number {
    return Math.max(0, point + spread * this.#inSpreads.quantile(this.#own[fields.level]!))
  }

  #byUnits(point: number): number {
    return Math.max(0, point + this.#inUnits.quantile(this.#own[fields.level]!))
  }
}
