import { cpus } from 'node:os'

export type Comparison = '<=' | '<' | '>=' | '='

/** What a bench measured. A figure that could not be measured is absent, never invented. */
export interface Measured {
  figures: Record<string, number>
  detail: Record<string, unknown>
}

export interface Bench {
  name: string
  summary: string
  targets: Record<string, [Comparison, number]>
  run(options: BenchOptions): Promise<Measured>
}

export interface BenchOptions {
  quick: boolean
  /** where data files lie, for benches that read some */
  data: string | undefined
  /** what goes on, for people; nothing with --json */
  say(line: string): void
}

/** The bench cannot run here; says what it needs. */
export class NeedsError extends Error {
  override name = 'NeedsError'
}

function meets(value: number, [comparison, target]: [Comparison, number]): boolean {
  if (comparison === '<=') return value <= target
  if (comparison === '<') return value < target
  if (comparison === '>=') return value >= target
  return value === target
}

/** The one object that `--json` prints. */
export function toReport(bench: Bench, quick: boolean, { figures, detail }: Measured) {
  const measured = Object.keys(bench.targets).filter((name) => figures[name] !== undefined)
  const met = Object.fromEntries(measured.map((name) => [name, meets(figures[name]!, bench.targets[name]!)]))
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
  return { bench: bench.name, quick, machine, figures, targets: bench.targets, met, detail }
}

/** The same for people. */
export function toTable(report: ReturnType<typeof toReport>): string {
  const rows = Object.entries(report.figures).map(([name, value]) => {
    const target = report.targets[name]
    const verdict = target ? (report.met[name] ? 'met' : 'NOT met') : ''
    return [name, String(round(value)), target ? `${target[0]} ${target[1]}` : '', verdict]
  })
  const missing = Object.keys(report.targets).filter((name) => report.figures[name] === undefined)
  for (const name of missing)
    rows.push([name, '-', `${report.targets[name]![0]} ${report.targets[name]![1]}`, 'not measured'])
  const widths = [0, 1, 2].map((column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map(([name, value, target, verdict]) =>
    `${name!.padEnd(widths[0]!)}  ${value!.padStart(widths[1]!)}  ${target!.padEnd(widths[2]!)}  ${verdict}`.trimEnd(),
  )
  const { cpu, cores, node } = report.machine
  return [`${report.bench}${report.quick ? ' (quick)' : ''} on ${cores} cores, ${cpu}, Node ${node}`, ...lines].join(
    '\n',
  )
}

const round = (value: number): number => (Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(3)))

/** The q-quantile of samples, as the peers' workload computes it. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = samples.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN
}
