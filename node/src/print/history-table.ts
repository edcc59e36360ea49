import type { TaskLine } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { agoText, durationText, shortName, shortTask } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { table } from './table.ts'
import { visibleData } from './visible.ts'

/** Ended tasks, one a line; what nobody knows (any more) is '-'. */
export function historyTable(
  lines: readonly TaskLine[],
  names: PeerNames,
  colours: Colours,
  widthMax = Infinity,
): string {
  const now = Date.now()
  const time = (ms: number | undefined): string => (ms === undefined ? '-' : durationText(ms))
  return table(
    [
      { title: 'id' },
      { title: 'name', yields: 4, least: 12, stays: true },
      { title: 'class', yields: 5, least: 8 },
      { title: 'tenant', yields: 3 },
      { title: 'submitted', align: 'right' },
      { title: 'waited', align: 'right', yields: 2 },
      { title: 'ran', align: 'right' },
      { title: 'where', yields: 1, least: 6 },
      { title: 'placed', yields: 6 },
      { title: 'outcome' },
      { title: 'runs', align: 'right', yields: 7 },
    ],
    visibleData(lines).map((line) => [
      shortTask(line.id),
      shortName(line.name),
      line.class,
      line.tenant,
      agoText(line.submittedAt, now),
      time(line.waitedMs),
      time(line.ranMs),
      names(line.host),
      line.how ?? '-',
      outcomeCell(line, colours),
      String(line.attempts),
    ]),
    colours.dim,
    widthMax,
  )
}

function outcomeCell(line: TaskLine, colours: Colours): string {
  const { kind, code, dueAt, endedAt } = line
  const lateMs = dueAt === undefined || endedAt === undefined ? 0 : Date.parse(endedAt) - Date.parse(dueAt)
  if (kind === 'succeeded') return lateMs > 0 ? colours.yellow(`ok, ${durationText(lateMs)} late`) : colours.green('ok')
  const text = code === undefined || code === '' || code === kind ? (kind ?? '-') : `${kind} (${code})`
  return kind === 'cancelled' || kind === 'expired' ? colours.yellow(text) : colours.red(text)
}
