import type { Trace, TracedEvent } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { namedList } from './named-list.ts'
import { type Column, table } from './table.ts'
import { timeText } from './time-text.ts'
import { traceDetail } from './trace-detail.ts'
import { visibleData } from './visible.ts'

/** as many as the longest type has */
const typeChars = 17
const taskChars = 8
const clockChars = '14:03:09.120'.length
const detailCharsMin = 12

interface TraceLook {
  names: PeerNames
  colours: Colours
  /** characters in a line */
  widthMax: number
  nowMs: number
}

/** Trace events of several peers as lines of a table, in the order in which they come. */
export function traceTable(events: readonly TracedEvent[], look: TraceLook): string {
  return tableOf(events, columnsOf({ time: 0, peer: 0, what: 0, task: 0 }), look)
}

/** The same for a table that goes on and on: all of its pieces have the widths of the title, which comes alone. */
export function tracePieces(peers: readonly string[], look: Omit<TraceLook, 'nowMs'>) {
  const peer = Math.max(0, ...peers.map((id) => look.names(id).length))
  const columns = columnsOf({ time: clockChars, peer, what: typeChars, task: taskChars })
  return {
    title: tableOf([], columns, { ...look, nowMs: 0 }),
    piece: (events: readonly TracedEvent[], nowMs: number) =>
      tableOf(events, columns, { ...look, nowMs })
        .split('\n')
        .slice(1)
        .join('\n'),
  }
}

/** A title as long as what may come below it keeps its column that wide. */
const columnsOf = ({ time, peer, what, task }: Record<'time' | 'peer' | 'what' | 'task', number>): Column[] => [
  { title: 'time'.padEnd(time) },
  { title: 'peer'.padEnd(peer), yields: 1, least: 6, stays: true },
  { title: 'what'.padEnd(what) },
  { title: 'task'.padEnd(task) },
  { title: '', yields: 2, least: detailCharsMin, stays: true },
]

function tableOf(events: readonly TracedEvent[], columns: readonly Column[], look: TraceLook): string {
  const { names, colours, widthMax, nowMs } = look
  const rows = visibleData(events).map((event) => [
    timeText(event.wallMs, nowMs, 'millisecond'),
    names(event.by),
    event.type,
    typeof event.task === 'string' ? shortTask(event.task) : '',
    traceDetail(event, names),
  ])
  return table(columns, rows, colours.dim, widthMax)
}

/** What of the wanted time is not in an answer, one line each. */
export function traceGaps(
  { events, total, peers, missing }: Trace,
  since: Date | undefined,
  names: PeerNames,
): string[] {
  const sinceMs = since?.getTime() ?? Infinity
  const short = peers.filter((peer) => Date.parse(peer.since) > sinceMs)
  const firstMs = Math.min(...short.map((peer) => Date.parse(peer.since)))
  return [
    ...(total > events.length
      ? [`the newest ${events.length} of ${total}; --limit shows more, --until older ones`]
      : []),
    ...(short.length > 0
      ? [
          `from before ${timeText(firstMs, Date.now(), 'millisecond')} ${namedList(short.map(({ id }) => names(id)))} ${short.length === 1 ? 'has' : 'have'} only what is seldom`,
        ]
      : []),
    ...(missing.length > 0 ? [`not told, since out of reach: ${namedList(missing.map((peer) => names(peer)))}`] : []),
  ]
}
