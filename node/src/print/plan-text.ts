import type { Plan, PlanOfObjective, Task } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import { number } from './bids-table.ts'
import type { Colours } from './colours.ts'
import { helpLines } from './help-text.ts'
import { reasonLine } from './reason-text.ts'
import { indent, table } from './table.ts'
import { visibleData } from './visible.ts'

/** More tasks are summed up only; all of them are in --json. */
const tasksShownMax = 40

/** The same tasks under each objective, side by side: in sum, then task by task, then those that fit nowhere. */
export function planText(made: Plan, tasks: readonly Task[], names: PeerNames, colours: Colours): string {
  const plan = visibleData(made)
  const shown = visibleData(tasks)
  const heard = plan.asked - plan.silent.length
  const silent = plan.silent.length === 0 ? '' : `; no answer from ${plan.silent.map((peer) => names(peer)).join(', ')}`
  const by =
    plan.asked === 0
      ? ': no host could take any of them, so none was asked'
      : ` by what ${countText(heard, 'host')} told now`
  const head = `${countText(tasks.length, 'task')}${by}${silent}; nothing was submitted or reserved`
  const parts = [head, sumsText(plan, colours)]
  const placed = placedText(plan, shown, names, colours)
  if (placed !== '') parts.push(placed)
  if (plan.unplaced.length > 0) parts.push(unplacedText(plan, shown, names, colours))
  return parts.join('\n\n')
}

function sumsText({ objectives }: Plan, colours: Colours): string {
  return table(
    [
      { title: 'objective' },
      { title: 'placed', align: 'right' },
      { title: 'hosts', align: 'right' },
      { title: 'start, mean', align: 'right' },
      { title: 'all done in', align: 'right' },
      { title: 'price', align: 'right' },
      { title: 'CPUs used', align: 'right' },
    ],
    objectives.map(({ objective, placings, sum }) => [
      objective,
      String(placings.length),
      String(sum.hosts),
      ...(placings.length === 0 ? ['-', '-', '-', '-'] : sumCells(sum)),
    ]),
    colours.dim,
  )
}

function sumCells({ startMsMean, finishMs, cost, usedMilli }: PlanOfObjective['sum']): string[] {
  return [startText(startMsMean), durationText(finishMs), number(cost), `${Math.round(usedMilli / 10)} %`]
}

function placedText({ objectives }: Plan, tasks: readonly Task[], names: PeerNames, colours: Colours): string {
  const indexes = objectives[0]?.placings.map(({ index }) => index) ?? []
  if (indexes.length === 0) return ''
  // Those that come to the same share a column.
  const alike = [...Map.groupBy(objectives, ({ placings }) => JSON.stringify(placings)).values()]
  const places = alike.map(([one]) => new Map(one!.placings.map((placing) => [placing.index, placing])))
  const rows = indexes.slice(0, tasksShownMax).map((index) => {
    const each = places.map((of) => placeText(of.get(index), names))
    return [String(index + 1), taskText(tasks[index]!), ...each]
  })
  const left = indexes.length - tasksShownMax
  const more = left > 0 ? `\n${countText(left, 'more task')}: see --json` : ''
  const assumed = objectives[0]!.placings.some((one) => one.assumed)
  const note = assumed ? '\n? nobody has run such a task yet: its time is assumed (--assume)' : ''
  const titles = alike.map((group) => ({ title: group.map(({ objective }) => objective).join(', ') }))
  const columns = [{ title: 'task', align: 'right' as const }, { title: '' }, ...titles]
  return `${table(columns, rows, colours.dim)}${more}${note}`
}

function placeText(placing: PlanOfObjective['placings'][number] | undefined, names: PeerNames): string {
  if (placing === undefined) return '-'
  const { peer, startMs, finishMs, assumed } = placing
  return `${names(peer)} ${startText(startMs)}..${durationText(finishMs.p50)}${assumed ? '?' : ''}`
}

function startText(ms: number): string {
  return ms < 1 ? 'now' : durationText(ms)
}

function unplacedText({ unplaced }: Plan, tasks: readonly Task[], names: PeerNames, colours: Colours): string {
  const alike = [...Map.groupBy(unplaced, ({ index, why }) => `${why} ${gangOf(tasks[index]!) ?? index}`).values()]
  const blocks = alike.slice(0, tasksShownMax).map((group) => {
    const { index, why: instead, reasons, wouldHelp } = group[0]!
    const total = reasons.reduce((sum, { peers }) => sum + peers, 0)
    const why = reasons.map((reason) => reasonLine(reason, total))
    const help = helpLines(wouldHelp, names).map((line) => `would help: ${line}`)
    const lines = [...(instead === undefined ? [] : [notPlanned[instead]]), ...why, ...help]
    const numbers = group.slice(0, tasksShownMax).map((one) => one.index + 1)
    return `${numbers.join(', ')}${group.length > numbers.length ? ', …' : ''} ${taskText(tasks[index]!)}\n${indent(lines.join('\n'))}`
  })
  if (alike.length > tasksShownMax) blocks.push(`${alike.length - tasksShownMax} more: see --json`)
  return `${colours.bold('cannot be placed now')}\n${indent(blocks.join('\n'))}`
}

/** What holds for one of a gang holds for all of it. */
const gangOf = ({ gang, tenant = '' }: Task): string | undefined => gang && `of ${tenant} ${gang.id}`

const notPlanned = {
  after: 'not planned: a task that it waits for has no place',
  gang: 'there is no time at which all of its gang have room at once',
  'gang-part': 'not planned: not all members of its gang are among these tasks, or they are not alike',
  'gang-unsettled': 'not known: too many times to look at for a start of all of its gang; plan it in a file of its own',
}

const titleCharsMax = 32

function taskText({ name, argv, function: called }: Task): string {
  const text = name ?? called ?? argv?.join(' ') ?? ''
  return text.length <= titleCharsMax ? text : `${text.slice(0, titleCharsMax - 1)}…`
}
