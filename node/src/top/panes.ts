import type { TaskLine } from '@souk/client'
import { peerNames } from '../peer-names.ts'
import { agoText, countText, durationText, shortName, shortTask } from '../print/amount-text.ts'
import type { Column } from '../print/table.ts'
import { visibleData } from '../print/visible.ts'
import type { MoveLine, TopData } from './top-data.ts'

export const paneNames = ['peers', 'tasks', 'auctions', 'moves'] as const
export type PaneName = (typeof paneNames)[number]

/** One line of a pane. */
export interface Row {
  /** stays the same while the line is there */
  key: string
  cells: readonly string[]
  /** what each column is sorted by */
  order: readonly (string | number)[]
}

export interface Pane {
  columns: readonly Column[]
  rows: readonly Row[]
}

/** A pane's lines in the order in which they came. */
export function paneOf(name: PaneName, shown: TopData): Pane {
  const data = visibleData(shown)
  return { columns: columns[name], rows: makers[name](data) }
}

/** Those that mention the text, whatever its case. */
export function filtered(rows: readonly Row[], text: string): readonly Row[] {
  const wanted = text.toLowerCase()
  return wanted === '' ? rows : rows.filter(({ cells }) => cells.join(' ').toLowerCase().includes(wanted))
}

/** By one column, largest first for numbers; a column that is none leaves them as they came. */
export function sorted(rows: readonly Row[], column: number): readonly Row[] {
  if (column < 0) return rows
  return rows.toSorted((a, b) => compare(a.order[column]!, b.order[column]!))
}

function compare(a: string | number, b: string | number): number {
  return typeof a === 'number' && typeof b === 'number' ? b - a : String(a).localeCompare(String(b))
}

const right = (title: string, yields?: number): Column => ({
  title,
  align: 'right',
  ...(yields === undefined ? {} : { yields }),
})

const columns: Record<PaneName, readonly Column[]> = {
  peers: [
    { title: 'peer', least: 8, yields: 1, stays: true },
    { title: 'state' },
    right('running'),
    right('slots'),
    right('waiting'),
    right('rtt', 4),
    { title: 'offers', yields: 5, least: 10 },
  ],
  tasks: [
    { title: 'task' },
    { title: 'name', yields: 2, least: 10, stays: true },
    { title: 'state' },
    { title: 'host', yields: 3, least: 6, stays: true },
    { title: 'tenant', yields: 5, least: 6 },
    right('waited', 4),
    right('ran', 4.5),
    right('submitted'),
  ],
  auctions: [
    right('ago'),
    { title: 'by', yields: 4, least: 6 },
    { title: 'class', yields: 2, least: 10, stays: true },
    right('tasks'),
    right('asked', 4.5),
    right('bids'),
    right('awarded'),
    right('took'),
    { title: 'closed', yields: 3, least: 8 },
  ],
  moves: [
    right('ago'),
    { title: 'what' },
    { title: 'task', yields: 2, least: 8, stays: true },
    { title: 'by', yields: 5, least: 6 },
    { title: 'to', yields: 3, least: 6, stays: true },
    { title: 'why', yields: 4, least: 8 },
  ],
}

const makers: Record<PaneName, (data: TopData) => Row[]> = {
  peers: (data) => {
    const names = peerNames(data.peers)
    return data.peers.map((peer) => {
      const slots = Number(peer.capacity.slots ?? 0)
      const state = peer.state === 'alive' && peer.draining ? 'draining' : peer.self ? 'this one' : peer.state
      return {
        key: peer.id,
        cells: [
          names(peer.id),
          state,
          String(peer.running),
          String(slots),
          String(peer.waiting),
          peer.rttMs === undefined ? '-' : durationText(peer.rttMs),
          peer.summary,
        ],
        order: [names(peer.id), state, peer.running, slots, peer.waiting, peer.rttMs ?? -1, peer.summary],
      }
    })
  },
  tasks: ({ tasks, peers, wallMs }) => {
    const names = peerNames(peers)
    return tasks.map((task) => {
      const submitted = Date.parse(task.submittedAt)
      return {
        key: task.id,
        cells: [
          shortTask(task.id),
          shortName(task.name || task.class),
          stateText(task),
          names(task.host),
          task.tenant,
          task.waitedMs === undefined ? '' : durationText(task.waitedMs),
          task.ranMs === undefined ? '' : durationText(task.ranMs),
          agoText(task.submittedAt, wallMs),
        ],
        order: [
          task.id,
          task.name || task.class,
          stateText(task),
          names(task.host),
          task.tenant,
          task.waitedMs ?? -1,
          task.ranMs ?? -1,
          submitted,
        ],
      }
    })
  },
  auctions: ({ auctions, peers, wallMs }) => {
    const names = peerNames(peers)
    return auctions.map(({ by, lot, wallMs: at, class: name, tasks, asked, closed }) => ({
      key: `${by}/${lot}@${at}`,
      cells: [
        agoOf(at, wallMs),
        names(by),
        name,
        String(tasks),
        String(asked),
        closed ? String(closed.bids) : '…',
        closed ? String(closed.awarded) : '…',
        closed ? durationText(closed.tookMs) : '…',
        closed?.why ?? 'open',
      ],
      order: [
        at,
        names(by),
        name,
        tasks,
        asked,
        closed?.bids ?? -1,
        closed?.awarded ?? -1,
        closed?.tookMs ?? -1,
        closed?.why ?? 'open',
      ],
    }))
  },
  moves: ({ moves, peers, wallMs }) => {
    const names = peerNames(peers)
    return moves.map((move) => {
      const { wallMs: at, by, what, task, tasks, to, why } = move
      const which = task === undefined ? countText(tasks, 'task') : shortTask(task)
      return {
        key: moveKey(move),
        cells: [agoOf(at, wallMs), what, which, names(by), names(to), why],
        order: [at, what, which, names(by), names(to), why],
      }
    })
  },
}

export const moveKey = ({ by, seq, wallMs }: MoveLine): string => `${by}/${seq}@${wallMs}`

/** What waits for something says for what. */
function stateText({ kind, state, code }: TaskLine): string {
  if (kind === undefined) return code === undefined ? state : `${state} (${code})`
  return kind === 'succeeded' ? 'ok' : `${kind}${code === undefined ? '' : ` (${code})`}`
}

function agoOf(wallMs: number, nowMs: number): string {
  return agoText(new Date(wallMs).toISOString(), nowMs)
}
