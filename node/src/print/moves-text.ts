import type { Balance, RedistributionPlan, WaitForecast } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { indent, table } from './table.ts'

/** of `indent` */
const indentWidth = 2

/** moves, and lines of what is left out, that are written out; --json has them all */
const shownMax = 16

/** Which waiting tasks should go where, and what stays where it is; '' where nothing waits. */
export function movesText({ plan, waiting }: Balance, names: PeerNames, colours: Colours, widthMax = Infinity): string {
  if (waiting === 0) return ''
  const { moves, leftOut } = plan
  const inner = widthMax - indentWidth
  const left =
    leftOut.length === 0
      ? ''
      : `${colours.bold('left where they are')}\n${indent(leftTable(leftOut, names, colours, inner))}${moreText(leftOut.length)}`
  if (moves.length === 0) return [`${colours.bold('plan')}: nothing is worth moving`, left].filter(Boolean).join('\n')
  const head = `${colours.bold('plan')}: ${countText(sum(moves), 'task')} to move; souk balance --apply does it`
  const parts = [
    `${head}\n${indent(movesTable(moves, names, colours, inner))}${moreText(moves.length)}`,
    left,
    `${colours.bold('wait yet, as predicted')}\n${indent(forecastTable(plan, colours, inner))}`,
  ]
  return parts.filter(Boolean).join('\n')
}

function movesTable(moves: RedistributionPlan['moves'], names: PeerNames, colours: Colours, widthMax: number): string {
  const rows = moves
    .slice(0, shownMax)
    .map(({ class: name, from, to, count, bound, code, reason, gainMs }) => [
      String(count),
      name,
      `${names(from)}${bound ? ' (queue)' : ''}`,
      names(to),
      gainMs === undefined ? 'starts at all' : durationText(gainMs),
      `${code}: ${reason}`,
    ])
  const titles = [klass, { title: 'from' }, { title: 'to' }, { title: 'gain' }, why]
  return table([{ title: 'tasks', align: 'right' }, ...titles], rows, colours.dim, widthMax)
}

function leftTable(
  leftOut: RedistributionPlan['leftOut'],
  names: PeerNames,
  colours: Colours,
  widthMax: number,
): string {
  const rows = leftOut
    .slice(0, shownMax)
    .map(({ class: name, from, count, code, reason }) => [String(count), name, names(from), `${code}: ${reason}`])
  const titles = [klass, { title: 'with' }, why]
  return table([{ title: 'tasks', align: 'right' }, ...titles], rows, colours.dim, widthMax)
}

function forecastTable({ before, after, moved }: RedistributionPlan, colours: Colours, widthMax: number): string {
  const rows = [
    ['of those that move', waitText(moved.before), waitText(moved.after)],
    ['of all', waitText(before), waitText(after)],
  ]
  const columns = [{ title: '' }, { title: 'as it is', ...forecast }, { title: 'moved', ...forecast }]
  return table(columns, rows, colours.dim, widthMax)
}

/** `mean 2 s, p95 4 s of 12 (3 never start)` */
export function waitText({ tasks, meanMs, p95Ms, never }: WaitForecast): string {
  const none = never === 0 ? '' : `${never} never ${never === 1 ? 'starts' : 'start'}`
  if (tasks === 0) return none || '-'
  const known = `mean ${durationText(meanMs)}, p95 ${durationText(p95Ms)} of ${tasks}`
  return none === '' ? known : `${known} (${none})`
}

/** Long names and reasons give way on a narrow terminal: a reason begins with its code. */
const klass = { title: 'class', yields: 1, least: 8, stays: true }
const why = { title: 'why', yields: 2, least: 12, stays: true }
/** a mean at least */
const forecast = { yields: 1, least: 14, stays: true }

const moreText = (count: number): string => (count > shownMax ? `\n  and ${count - shownMax} more lines` : '')
const sum = (of: readonly { count: number }[]): number => of.reduce((total, { count }) => total + count, 0)
