import { filtered, moveKey, type PaneName, paneNames, paneOf, type Row, sorted } from './panes.ts'
import type { TopData } from './top-data.ts'

/** What a person looks at, and how; it changes by keys only. */
export interface TopView {
  pane: PaneName
  /** the column that each pane is sorted by; -1: as it came */
  sort: Readonly<Record<PaneName, number>>
  /** the line that is chosen, by its key: it stays so when others come before it */
  chosen: Readonly<Partial<Record<PaneName, string>>>
  filter: string
  /** keys: choose and order; filter: they are the filter's text; open: they go through a task's details; cancel: yes or no */
  mode: 'keys' | 'filter' | 'open' | 'cancel' | 'help'
  /** the task that is open, or may be cancelled */
  task?: string
  /** first line of the details that is shown */
  scroll: number
  paused: boolean
}

export interface Key {
  input: string
  name?: 'up' | 'down' | 'pageUp' | 'pageDown' | 'tab' | 'return' | 'escape' | 'backspace'
}

/** What keys ask for beyond another look at what is known. */
export type Wish = { kind: 'quit' } | { kind: 'open'; task: string } | { kind: 'cancel'; task: string }

export const firstView: TopView = {
  pane: 'tasks',
  sort: { peers: -1, tasks: -1, auctions: -1, moves: -1 },
  chosen: {},
  filter: '',
  mode: 'keys',
  scroll: 0,
  paused: false,
}

const pageLines = 10
const filterCharsMax = 40

/** The lines of the pane that is looked at, as this view has them: the filter and the order are its alone. */
export function rowsOf(view: TopView, data: TopData): readonly Row[] {
  return sorted(filtered(paneOf(view.pane, data).rows, view.filter), view.sort[view.pane])
}

/** Where the chosen line is; the first where it is gone. */
export function chosenAt(view: TopView, rows: readonly Row[]): number {
  return Math.max(
    0,
    rows.findIndex(({ key }) => key === view.chosen[view.pane]),
  )
}

/** The view after a key, and what it asks for. */
export function pressed(view: TopView, key: Key, data: TopData): { view: TopView; wish?: Wish } {
  switch (view.mode) {
    case 'filter':
      return { view: typed(view, key) }
    case 'cancel':
      return key.input === 'y'
        ? { view: plain(view), wish: { kind: 'cancel', task: view.task! } }
        : { view: plain(view) }
    case 'open':
      return { view: leafed(view, key) }
    case 'help':
      return { view: plain(view) }
    default:
      return steered(view, key, data)
  }
}

function plain({ task: _, ...view }: TopView): TopView {
  return { ...view, mode: 'keys', scroll: 0 }
}

function typed(view: TopView, { input, name }: Key): TopView {
  if (name === 'return') return { ...view, mode: 'keys' }
  if (name === 'escape') return { ...view, mode: 'keys', filter: '' }
  if (name === 'backspace') return { ...view, filter: view.filter.slice(0, -1) }
  return name === undefined ? { ...view, filter: (view.filter + input).slice(0, filterCharsMax) } : view
}

function leafed(view: TopView, { input, name }: Key): TopView {
  const by = stepOf(input, name)
  if (by !== undefined) return { ...view, scroll: Math.max(0, view.scroll + by) }
  return name === 'escape' || name === 'return' || input === 'q' ? plain(view) : view
}

function steered(view: TopView, { input, name }: Key, data: TopData): { view: TopView; wish?: Wish } {
  const by = stepOf(input, name)
  if (by !== undefined) return { view: moved(view, by, data) }
  if (name === 'tab') return { view: { ...view, pane: after(paneNames, view.pane) } }
  if (name === 'return') return opened(view, data)
  if (name === 'escape') return { view: { ...view, filter: '' } }
  const pane = paneNames[Number(input) - 1]
  if (pane) return { view: { ...view, pane } }
  switch (input) {
    case 'q':
      return { view, wish: { kind: 'quit' } }
    case '/':
      return { view: { ...view, mode: 'filter' } }
    case '?':
      return { view: { ...view, mode: 'help' } }
    case 'p':
      return { view: { ...view, paused: !view.paused } }
    case 's':
      return { view: { ...view, sort: { ...view.sort, [view.pane]: nextSort(view, data) } } }
    case 'c':
      return { view: asked(view, data) }
    default:
      return { view }
  }
}

function stepOf(input: string, name: Key['name']): number | undefined {
  if (name === 'down' || input === 'j') return 1
  if (name === 'up' || input === 'k') return -1
  if (name === 'pageDown') return pageLines
  return name === 'pageUp' ? -pageLines : undefined
}

function moved(view: TopView, by: number, data: TopData): TopView {
  const rows = rowsOf(view, data)
  const to = rows[Math.min(rows.length - 1, Math.max(0, chosenAt(view, rows) + by))]
  return to === undefined ? view : { ...view, chosen: { ...view.chosen, [view.pane]: to.key } }
}

/** Through every column and then back to no order. */
function nextSort(view: TopView, data: TopData): number {
  const columns = paneOf(view.pane, data).columns.length
  return view.sort[view.pane] + 1 < columns ? view.sort[view.pane] + 1 : -1
}

function opened(view: TopView, data: TopData): { view: TopView; wish?: Wish } {
  const task = taskAt(view, data)
  if (task === undefined) return { view }
  return { view: { ...view, mode: 'open', task, scroll: 0 }, wish: { kind: 'open', task } }
}

/** Only what is open can be cancelled, and only once a person has said yes. */
function asked(view: TopView, data: TopData): TopView {
  const task = taskAt(view, data)
  const line = data.tasks.find(({ id }) => id === task)
  return line === undefined || line.kind !== undefined ? view : { ...view, mode: 'cancel', task: line.id }
}

/** The task of the chosen line, where it is one of one. */
function taskAt(view: TopView, data: TopData): string | undefined {
  const rows = rowsOf(view, data)
  const row = rows[chosenAt(view, rows)]
  if (row === undefined) return undefined
  if (view.pane === 'tasks') return row.key
  return view.pane === 'moves' ? data.moves.find((move) => moveKey(move) === row.key)?.task : undefined
}

function after<T>(all: readonly T[], one: T): T {
  return all[(all.indexOf(one) + 1) % all.length]!
}
