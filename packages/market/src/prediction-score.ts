import { LogHistogram, type Millis } from '@souk/kernel'
import type { Quantiles } from './durations.ts'

/** How good this host's predictions of durations are: each run that ends is compared with what was expected of its class. */
export class PredictionScore {
  #runs = 0
  #unknown = 0
  #underP50 = 0
  #underP90 = 0
  /** distance of each run from the median, in percent of the median */
  readonly #errors = new LogHistogram()

  /** `expected`: as it was before this run was learned. */
  judge(runMs: Millis, expected: Quantiles | undefined): void {
    if (!expected) {
      this.#unknown++
      return
    }
    this.#runs++
    if (runMs <= expected.p50) this.#underP50++
    if (runMs <= expected.p90) this.#underP90++
    this.#errors.add(Math.round((100 * Math.abs(runMs - expected.p50)) / Math.max(1, expected.p50)))
  }

  /**
   * Runs with and without a prediction, how many ended within p50 and p90 (half and nine tenths are right), and quantiles of
   * the error of the median in percent, over about the latest two hundred runs.
   */
  counters(): Record<string, number> {
    return {
      'prediction.runs': this.#runs,
      'prediction.unknown': this.#unknown,
      'prediction.underP50': this.#underP50,
      'prediction.underP90': this.#underP90,
      'prediction.errorPctP50': this.#errors.quantile(0.5) ?? 0,
      'prediction.errorPctP90': this.#errors.quantile(0.9) ?? 0,
    }
  }
}
