import type { Trace } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'
import { countText, durationText } from './amount-text.ts'
import type { Colours } from './colours.ts'
import { indent, table } from './table.ts'
import { traceDetail } from './trace-detail.ts'

/** What every peer did, line by line, from the first event that is still known. */
export function traceText({ events, total, missing }: Trace, names: PeerNames, colours: Colours): string {
  const head = colours.bold('trace')
  const away =
    missing.length === 0 ? [] : [`not told, since out of reach: ${missing.map((peer) => names(peer)).join(', ')}`]
  const [first] = events
  if (first === undefined) return `${head}\n${indent(['no peer remembers anything of it', ...away].join('\n'))}`
  const rows = events.map((event) => [
    `+${durationText(Math.max(0, event.wallMs - first.wallMs))}`,
    event.type,
    names(event.by),
    traceDetail(event, names),
  ])
  const columns = [{ title: 'after', align: 'right' as const }, { title: 'what' }, { title: 'at' }, { title: '' }]
  const more = total > events.length ? [`${countText(total - events.length, 'earlier event')} not shown`] : []
  return `${head}\n${indent([table(columns, rows, colours.dim), ...more, ...away].join('\n'))}`
}
