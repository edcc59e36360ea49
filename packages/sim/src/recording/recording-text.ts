import type { RecordedEvent, Recording } from '@souk/wire'

const idCharsShown = 8
/** what has a column of its own, or is a structure */
const apart = new Set(['type', 'at', 'by', 'seq', 'wallMs', 'task'])
const aboutPeers = new Set(['peer', 'to', 'from', 'asker', 'host'])

export type NameOf = (peer: string) => string

/** Names as the recording's moments tell them; whoever was in none of them by the end of its id. */
export function namesIn({ from, moments }: Recording): NameOf {
  const names = new Map([[from.self, from.name]])
  for (const { peers } of moments) for (const { id, name } of peers) names.set(id, name)
  return (peer) => plain(names.get(peer) || peer.slice(-idCharsShown))
}

/** One event as a line: when, at whom, what, of which task, and what else it says. */
export function eventLine(event: RecordedEvent, firstMs: number, self: string, nameOf: NameOf): string {
  const after = `+${((event.wallMs - firstMs) / 1000).toFixed(3)}s`
  const task = typeof event.task === 'string' ? event.task.slice(0, idCharsShown) : ''
  const rest = Object.entries(event)
    .filter(([field, value]) => !apart.has(field) && value !== null && typeof value !== 'object')
    .map(([field, value]) => `${field}=${aboutPeers.has(field) ? nameOf(String(value)) : plain(valueText(value))}`)
  const cells = [
    after.padStart(10),
    nameOf(event.by ?? self).padEnd(12),
    plain(event.type).padEnd(18),
    plain(task).padEnd(8),
  ]
  return [...cells, ...rest].join(' ').trimEnd()
}

const valueText = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value)

/** A file may come from anywhere: what a terminal would obey is shown as a dot. */
const plain = (text: string): string => text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '·')
