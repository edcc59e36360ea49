import type { SimResult } from './simulate.ts'
import { percentile } from './stats.ts'

/** One result in the form that all benchmarks share. */
export interface SimReport {
  bench: 'sim'
  quick: boolean
  machine: { cpu: string; cores: number; node: string }
  figures: Record<string, number>
  targets: Record<string, [op: string, value: number]>
  met: Record<string, boolean>
  detail: { runs: object[] }
}

const hourMs = 3_600_000

/** All runs of one command as one object; `wallMs` is what they took in reality. */
export function reportOf(results: readonly SimResult[], wallMs: number, machine: SimReport['machine']): SimReport {
  const violations = results.reduce((sum, { violationCount }) => sum + violationCount, 0)
  const virtualMs = results.reduce((sum, result) => sum + result.virtualMs, 0)
  return {
    bench: 'sim',
    quick: false,
    machine,
    figures: {
      seeds: results.length,
      violations,
      simulated_hours: round(virtualMs / hourMs, 4),
      wall_s: round(wallMs / 1000, 2),
    },
    targets: { violations: ['=', 0] },
    met: { violations: violations === 0 },
    detail: { runs: results.map(runDetail) },
  }
}

function runDetail(result: SimResult): object {
  const { seed, peers, tasks, profile, accepted, closed, refused, violations, traceHash, counters } = result
  return {
    seed,
    peers,
    tasks,
    profile,
    trace_hash: traceHash,
    virtual_s: round(result.virtualMs / 1000, 3),
    accepted,
    closed,
    refused,
    refusals: Object.fromEntries(result.refusals),
    placed: Object.fromEntries(result.stats.placed),
    outcomes: Object.fromEntries(result.outcomes),
    ...decisionFigures(result),
    faults: result.plan.faults.length,
    restarts: result.restarts,
    overlaps: result.overlaps,
    counters,
    violations,
  }
}

/** Submit to award, for all and for those that went through an auction; absent without samples. */
function decisionFigures({ stats }: SimResult): Record<string, number> {
  const figures: [string, number | undefined][] = [
    ['decision_p50_ms', percentile(stats.decisionsMs, 0.5)],
    ['decision_p99_ms', percentile(stats.decisionsMs, 0.99)],
    ['auction_p50_ms', percentile(stats.auctionsMs, 0.5)],
    ['auction_p99_ms', percentile(stats.auctionsMs, 0.99)],
  ]
  return Object.fromEntries(figures.flatMap(([name, value]) => (value === undefined ? [] : [[name, round(value, 3)]])))
}

/** What a person sees of one run. */
export function tableOf(result: SimResult, wallMs: number): string {
  const { seed, peers, tasks, profile, accepted, closed, refused, counters, stats } = result
  const virtualS = result.virtualMs / 1000
  const rows: [string, string][] = [
    ['mesh', `${peers} peers, profile ${profile}, seed ${seed}`],
    ['tasks', `${tasks} submitted, ${accepted} accepted, ${closed} ended, ${refused} refused for good`],
    ['outcomes', countsText(result.outcomes)],
    ['placed', countsText(stats.placed)],
    [
      'decision ms',
      Object.entries(decisionFigures(result))
        .map(([name, ms]) => `${name.replace('_ms', '')} ${ms}`)
        .join(', '),
    ],
    ['faults', `${result.plan.faults.length} planned, ${counters.crashes} crashes`],
    ['runs', `${result.restarts} started again, ${result.overlaps} overlapping`],
    ['network', `${counters.frames} frames, ${counters.messages} messages, ${counters.gossip} adverts by gossip`],
    [
      'time',
      `${virtualS.toFixed(1)} s simulated in ${(wallMs / 1000).toFixed(1)} s (${(result.virtualMs / wallMs).toFixed(1)}x)`,
    ],
    ['trace hash', result.traceHash],
  ]
  return rows.map(([name, text]) => `${name.padEnd(12)}${text || '-'}`).join('\n')
}

/** What a person sees when promises were broken. */
export function violationsText(result: SimResult, replay: string): string {
  const lines = result.violations.map(
    ({ kind, invariant, atMs, detail }) => `  ${invariant} (${kind}) at ${(atMs / 1000).toFixed(3)} s: ${detail}`,
  )
  const more = result.violationCount - result.violations.length
  if (more > 0) lines.push(`  and ${more} more`)
  return [`${result.violationCount} violations with seed ${result.seed}`, ...lines, `Replay: ${replay}`].join('\n')
}

function countsText(counts: ReadonlyMap<string, number>): string {
  return [...counts].map(([name, count]) => `${name} ${count}`).join(', ')
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
