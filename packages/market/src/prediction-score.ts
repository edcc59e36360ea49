import { LogHistogram, type Millis } from '@souk/kernel'
import type { Quantiles } from './durations.ts'

/** How good the durations were that this host promised in its bids: each judged once, when the run it was about ends. */
export class PredictionScore {
  #runs = 0
  #unknown = 0
  #underP50 = 0
  #underP90 = 0
  /** of the median, in percent of it */
  readonly #errors = new LogHistogram()

  /** `expected`: as it was before this run was known. */
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
   * Runs that were predicted and not, how many ended within their p50 and p90 (should be half, and nine tenths), and
   * quantiles of the error of the median, in percent of it, over the latest two hundred.
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
