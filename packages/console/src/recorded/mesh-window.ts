import { asSoukError, type SoukError, type Trace, type TracedEvent, type TraceQuery } from '@souk/client'

/** as many as the API tells at once */
const pageMax = 1_024
/** about as many events as one peer keeps, and of a mesh the newest of them */
const pagesMax = 8

/** What the peers still know of a stretch of time. */
export interface MeshWindow {
  /** oldest first */
  events: TracedEvent[]
  /** members of which nothing is in it, or not all */
  missing: string[]
  /** so many older ones fit and are not in it; 0: all are */
  cut: number
  /** why asking ended early */
  error?: SoukError
}

/** Reads the newest first, page by page back in time: at most `pagesMax`. Never rejects: `error` says what went wrong. */
export async function readMeshWindow(
  read: (query: TraceQuery) => Promise<Trace>,
  query: Omit<TraceQuery, 'limit'>,
): Promise<MeshWindow> {
  const known = new Map<string, TracedEvent>()
  const missing = new Set<string>()
  const window = { ...query }
  let total = 0
  const gathered = (): MeshWindow => ({
    events: [...known.values()].sort((a, b) => a.wallMs - b.wallMs || compare(a.by, b.by) || a.seq - b.seq),
    missing: [...missing].sort(),
    cut: Math.max(0, total - known.size),
  })
  for (let page = 0; page < pagesMax; page++) {
    const before = known.size
    let trace: Trace
    try {
      trace = await read({ ...window, limit: pageMax })
    } catch (cause) {
      return { ...gathered(), error: asSoukError(cause, 'unreachable') }
    }
    if (page === 0) total = trace.total
    for (const event of trace.events) known.set(`${event.by} ${event.seq} ${event.wallMs}`, event)
    for (const peer of trace.missing) missing.add(peer)
    if (trace.events.length >= trace.total || known.size === before) break
    // Of the millisecond of the oldest one there may be more: those that come twice count once.
    window.until = new Date(trace.events[0]!.wallMs)
  }
  return gathered()
}

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
