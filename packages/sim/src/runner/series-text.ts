import type { LedgerData } from './ledger.ts'

/** What a series of seeds has come to, for people: also the form in which it is kept in the repository. */
export function seriesText(data: LedgerData): string {
  const { profile, first, next, seeds, tasks, simulatedMs, computedMs, overlaps, excused, violations, failures } = data
  const hours = simulatedMs / 3_600_000
  const injected = Object.values(data.faults).reduce((sum, count) => sum + count, 0)
  const rows: [string, string][] = [
    ['seeds', `${seeds} of profile ${profile}, ${first} to ${next - 1}`],
    ['simulated', `${hours.toFixed(1)} hours, ${Math.round(simulatedMs / computedMs)} times as fast as real time`],
    ['tasks submitted', String(tasks)],
    ['faults injected', `${injected}: ${faultsText(data)}`],
    ['runs overlapping', `${overlaps}, under a pause, a liar, or of excused tasks, save where a violation says so`],
    ['tasks excused', `${excused.again}, submitted again with their key after members came or went (G5)`],
    ['', `${excused.undone}, kept by one peer alone as their clients asked, and that one died`],
    ['violations', `${violations}, in ${failures.length} seeds`],
  ]
  return ['| | |', '| --- | --- |', ...rows.map(([name, text]) => `| ${name} | ${text} |`)].join('\n')
}

function faultsText({ faults }: LedgerData): string {
  return Object.entries(faults)
    .toSorted(([, a], [, b]) => b - a)
    .map(([kind, count]) => `${kind} ${count}`)
    .join(', ')
}
