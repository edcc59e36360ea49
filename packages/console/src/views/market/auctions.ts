import type { TraceEvent } from '../../live/trace-event.ts'

/** One question to the mesh for bids, and what came of it. */
export interface Auction {
  /** who asked; absent: the connected peer */
  by?: string
  lot: number
  wallMs: number
  class: string
  count: number
  asked: number
  /** absent while it is open */
  closed?: { bids: number; awarded: number; why: string; tookMs: number }
}

/** Auctions of a stream of events, newest first. */
export function auctionsOf(events: readonly TraceEvent[]): Auction[] {
  const open = new Map<string, Auction>()
  const auctions: Auction[] = []
  for (const event of events) {
    const { by } = event
    const lot = Number(event.lot)
    // Peers count their lots themselves.
    const key = `${by} ${lot}`
    if (event.type === 'auction.asked') {
      const { wallMs, count, asked } = event
      const asker = by === undefined ? {} : { by }
      const auction = { ...asker, lot, wallMs, class: String(event.class), count: Number(count), asked: Number(asked) }
      open.set(key, auction)
      auctions.push(auction)
    } else if (event.type === 'auction.closed') {
      const { bids, awarded, closed, tookMs } = event
      const auction = open.get(key)
      if (auction)
        auction.closed = { bids: Number(bids), awarded: Number(awarded), why: String(closed), tookMs: Number(tookMs) }
    }
  }
  return auctions.reverse()
}

export interface Bucket {
  /** up to so much, not including */
  below: number
  count: number
}

/** Values counted by powers of two, from the smallest that occurs to the largest. */
export function histogram(values: readonly number[], least = 0.25): Bucket[] {
  if (values.length === 0) return []
  const at = (value: number) => Math.max(0, Math.ceil(Math.log2(Math.max(value, least / 2) / least + 1e-9)))
  const places = values.map(at)
  const [first, last] = [Math.min(...places), Math.max(...places)]
  const buckets = Array.from({ length: last - first + 1 }, (_, i) => ({ below: least * 2 ** (first + i), count: 0 }))
  for (const place of places) buckets[place - first]!.count++
  return buckets
}

export function quantile(values: readonly number[], share: number): number | undefined {
  if (values.length === 0) return undefined
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]
}

/** How far what bidders said was from what came: of each award that this page has seen end. */
export interface Miss {
  task: string
  host: string
  /** after the award, by the median that was promised, and in truth */
  promisedMs: number
  tookMs: number
}

interface Predicted {
  decision?: { predicted?: { finishMs: { p50: number } } }
}

export function missesOf(
  events: readonly TraceEvent[],
  ended: ReadonlyMap<string, { endedWallMs: number; host: string }>,
): Miss[] {
  return events.flatMap((event) => {
    if (event.type !== 'task.awarded' || event.task === undefined) return []
    const promisedMs = (event as Predicted).decision?.predicted?.finishMs.p50
    const end = ended.get(event.task)
    if (!promisedMs || end === undefined || end.host !== event.to) return []
    return [{ task: event.task, host: end.host, promisedMs, tookMs: Math.max(0, end.endedWallMs - event.wallMs) }]
  })
}

/** Why hosts did not bid, over all awards and waits of these events: the most frequent first. */
export function refusalsOf(events: readonly TraceEvent[]): { code: string; count: number }[] {
  const counts = new Map<string, number>()
  const add = (code: string, count: number) => counts.set(code, (counts.get(code) ?? 0) + count)
  for (const event of events) {
    if (event.type === 'task.awarded') {
      const { refusals = {} } = (event.decision ?? {}) as { refusals?: Record<string, number> }
      for (const [code, count] of Object.entries(refusals)) add(code, count)
    } else if (event.type === 'task.bounced' || event.type === 'task.waiting') add(String(event.code), 1)
  }
  return [...counts].map(([code, count]) => ({ code, count })).sort((a, b) => b.count - a.count)
}
