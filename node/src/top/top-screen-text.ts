import { peerNames } from '../peer-names.ts'
import { countText } from '../print/amount-text.ts'
import type { Colours } from '../print/colours.ts'
import { namedList } from '../print/named-list.ts'
import { table } from '../print/table.ts'
import { visibleLine } from '../print/visible.ts'
import { type PaneName, paneNames, paneOf } from './panes.ts'
import type { TopData } from './top-data.ts'
import { chosenAt, rowsOf, type TopView } from './top-view.ts'

export interface Size {
  columns: number
  rows: number
}

/** lines of each pane that is not the one looked at, title included */
const smallLines = 5
const paneLeast = 3

/** The whole screen: never more lines than there are, none wider than the screen. `detail`: of the task that is open. */
export function screenLines(view: TopView, data: TopData, size: Size, colours: Colours, detail = ''): string[] {
  const head = [headLine(data, colours), gapLine(data, colours)]
  const foot = footLine(view, colours)
  const lines = size.rows - head.length - 1
  if (view.mode === 'open') return [...head, ...window(detail.split('\n'), view.scroll, lines), foot]
  if (view.mode === 'help') return [...head, ...window(helpText.split('\n'), 0, lines), foot]
  const heights = paneHeights(view.pane, data, lines)
  const panes = paneNames.flatMap((name) => paneLines(name, view, data, { ...size, rows: heights[name] }, colours))
  return [...head, ...fill(panes, lines), foot]
}

/** The same without a screen: what there is, one pane under the other. */
export function snapshotText(data: TopData, colours: Colours, columns: number, rowsMax = 20): string {
  const parts = paneNames.map((name) => {
    const { columns: titles, rows } = paneOf(name, data)
    if (rows.length === 0) return `${colours.bold(name)}: none`
    const cells = rows.slice(0, rowsMax).map((row) => row.cells)
    const left = (name === 'tasks' ? data.tasksTotal : rows.length) - cells.length
    const more = left > 0 ? [colours.dim(`and ${left} more`)] : []
    return [colours.bold(name), table(titles, cells, colours.dim, columns), ...more].join('\n')
  })
  const gap = gapLine(data, colours)
  return [gap === '' ? headLine(data, colours) : `${headLine(data, colours)}\n${gap}`, ...parts].join('\n\n')
}

/** Why what is shown is from before, or not of all peers; '' where it is neither. */
function gapLine({ trouble, missing, peers }: TopData, colours: Colours): string {
  if (trouble) return colours.red(`not answered: ${visibleLine(trouble)}`)
  if (missing.length === 0) return ''
  return colours.yellow(visibleLine(`out of reach, so not told of: ${namedList(missing.map(peerNames(peers)))}`))
}

/** `souk lab · 3 peers · 5 running · 2 waiting · 8 slots · 14:05:03` */
export function headLine(data: TopData, colours: Colours): string {
  const alive = data.peers.filter(({ state }) => state === 'alive')
  const gone = data.peers.filter(({ state }) => state === 'suspect' || state === 'dead').length
  const sum = (of: (peer: TopData['peers'][number]) => unknown): number =>
    alive.reduce((total, peer) => total + Number(of(peer) ?? 0), 0)
  const parts = [
    `${colours.bold('souk')} ${visibleLine(data.mesh)}`,
    countText(alive.length, 'peer'),
    ...(gone === 0 ? [] : [colours.red(`${gone} not heard of`)]),
    `${sum(({ running }) => running)} running`,
    `${sum(({ waiting }) => waiting)} waiting`,
    countText(
      sum(({ capacity }) => capacity.slots),
      'slot',
    ),
    new Date(data.wallMs).toTimeString().slice(0, 8),
  ]
  return parts.join(' · ')
}

/** The pane that is looked at gets what the others leave; those get as much as they need and a few lines at most. */
export function paneHeights(chosen: PaneName, data: TopData, lines: number): Record<PaneName, number> {
  const heights = { peers: 0, tasks: 0, auctions: 0, moves: 0 }
  let left = lines
  // On a low screen the last ones are left out.
  for (const name of paneNames) {
    if (name === chosen) continue
    const wanted = Math.min(smallLines, 2 + paneOf(name, data).rows.length)
    const height = left - wanted >= paneLeast + smallLines ? wanted : 0
    heights[name] = height
    left -= height
  }
  heights[chosen] = left
  return heights
}

function paneLines(name: PaneName, view: TopView, data: TopData, size: Size, colours: Colours): string[] {
  if (size.rows < 2) return []
  const isChosen = name === view.pane
  const rows = isChosen ? rowsOf(view, data) : paneOf(name, data).rows
  const { columns } = paneOf(name, data)
  const by = columns[view.sort[name]]?.title
  const total = name === 'tasks' ? data.tasksTotal : rows.length
  const label = ` ${paneNames.indexOf(name) + 1} ${name} ${rows.length}${total > rows.length ? ` of ${total}` : ''} `
  const notes = [by && isChosen ? `by ${by}` : '', view.filter && isChosen ? `/${view.filter}` : '']
    .filter(Boolean)
    .join(' ')
  const title = `${isChosen ? colours.bold(`▸${label}`) : colours.dim(` ${label}`)}${colours.dim(notes)}`
  const at = chosenAt(view, rows)
  const room = size.rows - 2
  const first = isChosen ? Math.max(0, Math.min(at - Math.floor(room / 2), rows.length - room)) : 0
  const shown = rows.slice(first, first + room)
  const marked = [{ title: ' ' }, ...columns]
  const cells = shown.map(({ cells }, i) => [isChosen && first + i === at ? '>' : ' ', ...cells])
  return [title, ...table(marked, cells, colours.dim, size.columns).split('\n')]
}

function footLine(view: TopView, colours: Colours): string {
  switch (view.mode) {
    case 'filter':
      return `filter: ${view.filter}█  (enter keeps it, escape clears it)`
    case 'cancel':
      return colours.yellow(`cancel ${view.task?.slice(0, 8)}? y / n`)
    case 'open':
      return colours.dim('↑ ↓ scroll · escape back')
    case 'help':
      return colours.dim('any key goes back')
    default:
      return colours.dim(
        `${view.paused ? 'PAUSED · ' : ''}tab pane · ↑↓ choose · s sort · / filter · enter open · c cancel · ? · q quit`,
      )
  }
}

const helpText = `keys
  tab, 1 2 3 4      another pane: peers, tasks, auctions, moves
  up down j k       choose a line; page up, page down: ten
  s                 sort by the next column, at last as it came
  /                 show only lines that mention a text; escape shows all again
  enter             open the chosen task: where it is, why, its bids and timeline
  c                 cancel the chosen task, once you have said y
  p                 stand still, or go on
  q, ctrl-c         quit

All of it is of the whole mesh: auctions and moves are what every peer tells of
late, each with the name of the peer that saw it.`

function window(lines: readonly string[], scroll: number, count: number): string[] {
  const first = Math.max(0, Math.min(scroll, lines.length - count))
  return fill(lines.slice(first, first + count), count)
}

function fill(lines: readonly string[], count: number): string[] {
  return Array.from({ length: count }, (_, i) => lines[i] ?? '')
}
