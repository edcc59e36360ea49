import type { Cost, Spent } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText, shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { indent, pairs, table } from './table.ts'
import { visibleData } from './visible.ts'

export const costGroupings = ['class', 'tenant', 'peer', 'task'] as const
export type CostGrouping = (typeof costGroupings)[number]

const groupsOf = { class: 'byClass', tenant: 'byTenant', peer: 'byPeer', task: 'byTask' } as const
const right = 'right' as const

/** blanks before each line of a section */
const indented = 2
/** of columns that are left out where a line is too long, from the last on */
const yielding = (titles: readonly string[]) => titles.map((title, i) => ({ title, align: right, yields: i + 2 }))

/** What was spent, on whom, and what it would have been otherwise. */
export function costText(
  shown: Cost,
  by: CostGrouping,
  names: PeerNames,
  colours: Colours,
  widthMax = Infinity,
): string {
  const seen = visibleData(shown)
  const { total, at, since } = seen
  const span = durationText(Date.parse(at) - Date.parse(since))
  const head = `${colours.bold(priceText(total.cost))} spent on ${countText(total.tasks, 'task')} of the last ${span}`
  if (total.tasks === 0)
    return `${head}\n  nothing has run that was submitted since; an earlier --since looks further back`
  const section = (title: string, text: string): string => `${colours.bold(title)}\n${indent(text)}`
  return [
    `${head}, ${durationText(total.hours * 3_600_000)} of runs`,
    section(`by ${by}`, groupTable(seen, by, { names, colours, widthMax: widthMax - indented })),
    section('the same tasks otherwise', waysTable(seen, colours, widthMax - indented)),
    section('besides', pairs(besides(seen, span), '', widthMax - indented)),
  ].join('\n\n')
}

function groupTable(
  seen: Cost,
  by: CostGrouping,
  { names, colours, widthMax }: { names: PeerNames; colours: Colours; widthMax: number },
): string {
  const { groups, others } = seen[groupsOf[by]]
  const nameOf = (name: string): string =>
    name === '' ? '(none)' : by === 'peer' ? names(name) : by === 'task' ? shortTask(name) : name
  const columns = [
    { title: '', yields: 1, least: 12, stays: true },
    ...['tasks', 'ran', 'cost'].map((title) => ({ title, align: right })),
    ...yielding(['share', 'unused', 'failed', 'repeated']),
  ]
  const row = (name: string, spent: Spent): string[] => [
    name,
    String(spent.tasks),
    durationText(spent.hours * 3_600_000),
    priceText(spent.cost),
    shareText(spent.cost, seen.total.cost),
    ...[spent.unused, spent.failed, spent.repeated].map((part) => (part === 0 ? '-' : priceText(part))),
  ]
  const rows = groups.map(({ name, ...spent }) => row(nameOf(name), spent))
  return table(columns, others.tasks === 0 ? rows : [...rows, row('(others)', others)], colours.dim, widthMax)
}

function waysTable({ at, compared }: Cost, colours: Colours, widthMax: number): string {
  const columns = [
    { title: '', yields: 1, least: 18, stays: true },
    { title: 'cost', align: right },
    ...yielding(['of the runs', 'p95 wait', 'cold starts']),
  ]
  const { reactive, fixed, ran, p95WaitMs, startMs, classes, classesLeft, since } = compared
  const row = (name: string, cost: number, waitMs: number, cold: string): string[] => [
    name,
    priceText(cost),
    timesText(cost, ran),
    durationText(waitMs),
    cold,
  ]
  const rows = [
    row('the runs alone, as they were', ran, p95WaitMs, '-'),
    row('reactive scaling', reactive.cost, reactive.p95WaitMs, String(reactive.coldStarts)),
    row(`a fixed pool of ${countText(fixed.workers ?? 0, 'worker')}`, fixed.cost, fixed.p95WaitMs, '0'),
  ]
  const left = classesLeft === 0 ? '' : ` of ${classes + classesLeft}; the others cost less`
  const told = `${classes} ${classes === 1 ? 'class' : 'classes'}${left}; a worker takes ${durationText(startMs)} to start`
  const span =
    since === undefined
      ? ''
      : `; over the last ${durationText(Date.parse(at) - Date.parse(since))}, since the first of these tasks`
  return `${table(columns, rows, colours.dim, widthMax)}\n${colours.dim(told + span)}`
}

function besides({ hosts, warm, rates }: Cost, span: string): [string, string][] {
  const own = hosts.priced === 0 ? 'none with a price of its own' : `${hosts.priced} with a price of their own`
  const idle = `${durationText(warm.idleMs)} idle cost ${priceText(warm.idleCost)}`
  const cold = `${countText(warm.coldStarts, 'cold start')} of ${durationText(warm.coldStartMs)} cost ${priceText(warm.coldStartCost)}`
  return [
    [
      'hosts',
      `${hosts.count} now, ${own}: ${priceText(hosts.perHour)} an hour, ${priceText(hosts.cost)} where they were there for all of ${span}`,
    ],
    ['warm workers', `of this peer, since it started: ${idle}; ${cold}`],
    [
      'prices',
      `an hour of a core ${rates.cpu}, of a GB ${rates.memory}, of a GPU ${rates.gpu}, where a host has none of its own`,
    ],
  ]
}

/** Three digits that count: costs are small where hours are few. */
function priceText(cost: number): string {
  if (cost === 0) return '0'
  return cost >= 100 ? String(Math.round(cost)) : String(Number(cost.toPrecision(3)))
}

function shareText(part: number, whole: number): string {
  return whole > 0 ? `${Math.round((100 * part) / whole)} %` : '-'
}

/** A pool that idles costs many times its runs: past ten times nobody reads it in percent. */
function timesText(part: number, whole: number): string {
  return part > 10 * whole && whole > 0 ? `× ${Math.round(part / whole)}` : shareText(part, whole)
}
