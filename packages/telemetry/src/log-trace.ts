import type { TraceEvent } from '@souk/peer'
import type { Logger } from 'pino'
import { loggedFields } from './fields.ts'
import { levelOf } from './levels.ts'
import { LineLimit } from './line-limit.ts'

/**
 * A listener for `PeerHandle.trace` that writes each event as one structured line: the event's type is the message,
 * its time the field `atMs` (monotonic). Of one type at most 100 lines a second; the next line says how many were
 * left out.
 */
export function logTrace(logger: Logger): (event: TraceEvent) => void {
  const limit = new LineLimit()
  return (event) => {
    const level = levelOf(event)
    // Before anything is built: most events are below the level of most logs.
    if (!logger.isLevelEnabled(level)) return
    const dropped = limit.take(event.type, event.at)
    if (dropped === undefined) return
    const fields = loggedFields(event)
    fields.atMs = Math.round(event.at)
    if (dropped > 0) fields.leftOut = dropped
    logger[level](fields, event.type)
  }
}
