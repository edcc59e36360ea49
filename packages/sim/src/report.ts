import type { RunSummary } from './summary.ts'
import type { Violation } from './violation.ts'

/** One result in the form that all benchmarks share. */
export interface SimReport {
  bench: 'sim'
  quick: boolean
  machine: { cpu: string; cores: number; node: string }
  figures: Record<string, number>
  targets: Record<string, [op: string, value: number]>
  met: Record<string, boolean>
  detail: { runs: object[]; planted?: object[] }
}

/** What all runs of a command came to. */
export interface Totals {
  seeds: number
  violations: number
  virtualMs: number
  wallMs: number
  /** tasks for which something was excused */
  excused: { again: number; undone: number }
}

/** How the search for planted bugs went: seed 0 = missed. */
export interface PlantedResult {
  name: string
  seed: number
  invariant: string
  wallMs: number
}

const hourMs = 3_600_000
/** Planted bugs that there must be at least. */
const plantedMin = 20

/** All runs of one command as one object. `runs`: those to show in detail. */
export function reportOf(
  totals: Totals,
  runs: readonly RunSummary[],
  planted: readonly PlantedResult[] | undefined,
  machine: SimReport['machine'],
): SimReport {
  const { seeds, violations, virtualMs, wallMs, excused } = totals
  const report: SimReport = {
    bench: 'sim',
    quick: false,
    machine,
    figures: {
      seeds,
      violations,
      excused_again: excused.again,
      excused_undone: excused.undone,
      simulated_hours: round(virtualMs / hourMs, 4),
      wall_s: round(wallMs / 1000, 2),
    },
    targets: { violations: ['=', 0] },
    met: { violations: violations === 0 },
    detail: { runs: runs.map(runDetail) },
  }
  if (planted === undefined) return report
  const caught = planted.filter(({ seed }) => seed > 0).length
  report.figures.planted_total = planted.length
  report.figures.planted_caught = caught
  report.targets.planted_total = ['>=', plantedMin]
  report.targets.planted_caught = ['=', planted.length]
  report.met.planted_total = planted.length >= plantedMin
  report.met.planted_caught = caught === planted.length
  report.detail.planted = [...planted]
  return report
}

function runDetail(run: RunSummary): object {
  const { traceHash, virtualMs, wallMs, violationCount, decisions, ...rest } = run
  return {
    ...rest,
    ...decisions,
    trace_hash: traceHash,
    virtual_s: round(virtualMs / 1000, 3),
    wall_s: round(wallMs / 1000, 3),
    violation_count: violationCount,
  }
}

/** What a person sees of one run. */
export function tableOf(run: RunSummary): string {
  const { seed, peers, tasks, profile, accepted, closed, refused, counters, virtualMs, wallMs } = run
  const rows: [string, string][] = [
    ['mesh', `${peers} peers, profile ${profile}, seed ${seed}`],
    ['tasks', `${tasks} submitted, ${accepted} accepted, ${closed} ended, ${refused} refused for good`],
    ['outcomes', countsText(run.outcomes)],
    ['placed', countsText(run.placed)],
    [
      'decision ms',
      Object.entries(run.decisions)
        .map(([name, ms]) => `${name.replace('_ms', '')} ${ms}`)
        .join(', '),
    ],
    ['faults', countsText(run.faults)],
    [
      'runs',
      `${run.restarts} started again (${run.resumed} from a checkpoint), ${run.backups} raced, ${run.overlaps} overlapping, ${run.excused.again + run.excused.undone} tasks excused`,
    ],
    ['network', `${counters.frames} frames, ${counters.messages} messages, ${counters.gossip} adverts by gossip`],
    [
      'time',
      `${(virtualMs / 1000).toFixed(1)} s simulated in ${(wallMs / 1000).toFixed(1)} s (${(virtualMs / wallMs).toFixed(1)}x)`,
    ],
    ['trace hash', run.traceHash],
  ]
  return rows.map(([name, text]) => `${name.padEnd(12)}${text || '-'}`).join('\n')
}

/** What a person sees when promises were broken. */
export function violationsText(
  run: { seed: number; violations: readonly Violation[]; violationCount: number },
  replay: string,
): string {
  const lines = run.violations.map(
    ({ kind, invariant, atMs, detail }) => `  ${invariant} (${kind}) at ${(atMs / 1000).toFixed(3)} s: ${detail}`,
  )
  const more = run.violationCount - run.violations.length
  if (more > 0) lines.push(`  and ${more} more`)
  return [`${run.violationCount} violations with seed ${run.seed}`, ...lines, `Replay: ${replay}`].join('\n')
}

function countsText(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ')
}

function round(value: number, digits: number): number {
  return Number(value.toFixed(digits))
}
