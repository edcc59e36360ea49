import type { Job } from './swf.ts'

/** Jobs that take less count as if they took so long: else a second of waiting would weigh more than any hour. */
const tauS = 10

export const meanOf = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/** How much longer jobs took than they ran, on average: max(1, (wait + run) / max(tau, run)). Feitelson 2001. */
export function boundedSlowdown(jobs: readonly Job[], waitsS: readonly number[]): number {
  return meanOf(jobs.map(({ runS }, i) => Math.max(1, (waitsS[i]! + runS) / Math.max(tauS, runS))))
}

/** Processor time of these by what there was from the first submit until the last end, percent. */
export function utilisationPct(jobs: readonly Job[], waitsS: readonly number[], processors: number): number {
  const work = jobs.reduce((sum, job) => sum + job.runS * job.processors, 0)
  const ends = jobs.map(({ submitS, runS }, i) => submitS + waitsS[i]! + runS)
  return (100 * work) / (processors * (Math.max(...ends) - jobs[0]!.submitS))
}

/** One schedule of these jobs, for people who compare. */
export function summaryOf(jobs: readonly Job[], waitsS: readonly number[], processors: number): Record<string, number> {
  const sorted = waitsS.toSorted((a, b) => a - b)
  return {
    wait_mean_s: meanOf(waitsS),
    wait_p50_s: sorted[Math.floor(sorted.length / 2)]!,
    wait_p99_s: sorted[Math.floor(sorted.length * 0.99)]!,
    wait_max_s: sorted.at(-1)!,
    bounded_slowdown: boundedSlowdown(jobs, waitsS),
    utilisation_pct: utilisationPct(jobs, waitsS, processors),
  }
}
