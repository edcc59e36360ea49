import type { FaultKind } from './faults/fault.ts'
import type { SimResult } from './simulate.ts'
import { count, percentile } from './stats.ts'
import type { Violation } from './violation.ts'

/** One run as plain data, small enough to keep thousands and to pass between threads. */
export interface RunSummary {
  seed: number
  peers: number
  tasks: number
  profile: string
  traceHash: string
  virtualMs: number
  /** what it took in reality */
  wallMs: number
  accepted: number
  closed: number
  refused: number
  outcomes: Record<string, number>
  refusals: Record<string, number>
  placed: Record<string, number>
  /** submit to award, for all and for those that went through an auction; absent without samples */
  decisions: Record<string, number>
  faults: Partial<Record<FaultKind, number>>
  restarts: number
  resumed: number
  backups: number
  overlaps: number
  /** tasks for which something was excused, by why */
  excused: { again: number; undone: number }
  counters: Record<string, number>
  violations: Violation[]
  violationCount: number
}

export function summaryOf(result: SimResult, wallMs: number): RunSummary {
  const { seed, peers, tasks, profile, traceHash, virtualMs, accepted, closed, refused } = result
  const { restarts, resumed, backups, overlaps, excused, counters, violations, violationCount } = result
  const faults = new Map<string, number>()
  for (const { kind } of result.plan.faults) count(faults, kind)
  return {
    ...{ seed, peers, tasks, profile, traceHash, virtualMs, wallMs, accepted, closed, refused },
    outcomes: Object.fromEntries(result.outcomes),
    refusals: Object.fromEntries(result.refusals),
    placed: Object.fromEntries(result.stats.placed),
    decisions: decisionFigures(result),
    faults: Object.fromEntries(faults),
    ...{ restarts, resumed, backups, overlaps, excused, counters, violations, violationCount },
  }
}

function decisionFigures({ stats }: SimResult): Record<string, number> {
  const figures: [string, number | undefined][] = [
    ['decision_p50_ms', percentile(stats.decisionsMs, 0.5)],
    ['decision_p99_ms', percentile(stats.decisionsMs, 0.99)],
    ['auction_p50_ms', percentile(stats.auctionsMs, 0.5)],
    ['auction_p99_ms', percentile(stats.auctionsMs, 0.99)],
  ]
  return Object.fromEntries(figures.flatMap(([name, ms]) => (ms === undefined ? [] : [[name, Number(ms.toFixed(3))]])))
}
