import type { TaskDetail } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import type { Colours } from './colours.ts'
import { outcomeText } from './outcome-text.ts'
import { runUsageText } from './run-usage-text.ts'
import { pairs } from './table.ts'
import { visibleData } from './visible.ts'

/** Where a task is, who bears it, and who keeps it: what is known at a glance. */
export function taskHeadText(shown: TaskDetail, names: PeerNames, colours: Colours): string {
  const detail = visibleData(shown)
  const { id, outcome, state, submittedAt, origin, bearer, ballot } = detail
  const end = outcome === undefined ? state : outcomeText(outcome, outcome.host && names(outcome.host), colours)
  const rows: [string, string][] = [
    ['submitted', `${submittedAt} to ${names(origin)}`],
    ['kept by', keepersText(detail, names, colours)],
  ]
  if (outcome?.usage) rows.push(['used', runUsageText(outcome.usage, memoryAsked(detail))])
  if (outcome === undefined && bearer !== undefined) rows.push(['borne by', `${names(bearer)}, under ballot ${ballot}`])
  else if (ballot !== undefined) rows.push(['ballot', ballot])
  return `${colours.bold(id)}  ${end}\n${pairs(rows)}`
}

function memoryAsked({ spec }: TaskDetail): number {
  return (spec.request as { memoryBytes?: number } | undefined)?.memoryBytes ?? 0
}

function keepersText({ custodians, version, unendable }: TaskDetail, names: PeerNames, colours: Colours): string {
  const away = custodians.filter((peer) => names.away(peer))
  const list = custodians.map((peer) => {
    if (unendable?.removed.includes(peer)) return colours.red(`${names(peer)} (removed)`)
    return away.includes(peer) ? colours.yellow(`${names(peer)} (away)`) : names(peer)
  })
  const notes: string[] = []
  if (version > 1) notes.push(`version ${version} of who keeps it`)
  const left = custodians.length - away.length
  if (unendable === undefined && away.length > 0 && left * 2 <= custodians.length)
    notes.push(colours.red(`${left} of ${custodians.length} can be asked: it cannot end until most can`))
  return [list.join(', '), ...notes].join('; ')
}
