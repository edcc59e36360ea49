import type { TracedEvent } from '@souk/client'
import type { PeerNames } from '../peer-names.ts'

/** what has a column of its own, or is a structure */
const apart = new Set(['type', 'at', 'by', 'seq', 'wallMs', 'task'])
const aboutPeers = new Set(['peer', 'to', 'from', 'host', 'asker'])

/** What else an event says, as `name value` pairs. */
export function traceDetail(event: TracedEvent, names: PeerNames): string {
  return Object.entries(event)
    .filter(([field, value]) => !apart.has(field) && value !== null && typeof value !== 'object')
    .map(([field, value]) => `${field} ${aboutPeers.has(field) ? names(String(value)) : textOf(value)}`)
    .join(', ')
}

const textOf = (value: unknown): string =>
  typeof value === 'number' ? String(Math.round(value * 10) / 10) : String(value)
