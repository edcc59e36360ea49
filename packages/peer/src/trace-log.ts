import type { Millis, WallMillis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId, type ToldEvent, type TraceFilter } from '@souk/wire'
import type { TraceEvent, TraceType } from './trace.ts'

export interface TraceLogConfig {
  /** newest events kept: a second's worth of a busy peer, hours' of an idle one. About 0.3 kB each */
  eventsMax: number
  /** newest of the seldom events, kept beyond that */
  seldomMax: number
}

export const defaultTraceLogConfig: TraceLogConfig = { eventsMax: 4_096, seldomMax: 1_024 }

/** Each kind of TraceEvent without its time. */
export type UntimedTrace = TraceEvent extends infer E ? (E extends { at: Millis } ? Omit<E, 'at'> : never) : never

/** Which events somebody reads: all, none, or those for which it is true. */
export type Tracing = boolean | ((event: UntimedTrace) => boolean)

interface Kept {
  seq: number
  at: Millis
  /** by the wall clock as it was known then: it stays so when the clock is read again, for readers that have seen it */
  wallMs: WallMillis
  event: UntimedTrace
}

/** What a reader asks for. */
export type TraceReading = Pick<MessageOf<'askTrace'>, 'filter' | 'limit' | 'charsMax'>

/** What a peer answers to a reader. */
export interface TracePart {
  events: ToldEvent[]
  total: number
  sinceWallMs: WallMillis
  atWallMs: WallMillis
}

/** Events that a healthy mesh does not have with every task or each second: kept for longer, since people ask for them. */
const seldom: ReadonlySet<TraceType> = new Set<TraceType>([
  'peer.started',
  'peer.leaving',
  'peer.draining',
  'peer.drained',
  'peer.undrained',
  'pressure.began',
  'pressure.ended',
  'link.up',
  'link.down',
  'member.state',
  'member.removed',
  'task.refused',
  'task.straggles',
  'task.backedUp',
  'task.unbacked',
  'task.outrun',
  'task.givenUp',
  'task.leaseLost',
  'task.runLost',
  'task.recovered',
  'audit.breach',
  'warm.promoted',
  'warm.demoted',
  'bidder.distrusted',
  'capacity.ordered',
  'capacity.judged',
  'store.behind',
  'store.failed',
  'message.rejected',
])

/**
 * How fast the trace's times advance after the wall clock was set back, until that clock has caught up. They cannot go back
 * with it, or a reader that goes on from the last time it saw would miss events. Nor can they stand still, or all events since
 * would be told again with each look, and leave no room for other peers'. A day's error is gone after 27 hours.
 */
const slewRate = 0.1

/** Fields in which an event names another peer. */
const naming = ['peer', 'to', 'from', 'asker', 'host'] as const

function isSeldom(event: UntimedTrace): boolean {
  // A failure that repeats comes every ten seconds; only the first counts as seldom.
  if (event.type === 'warm.done') return !event.again && (event.code === 'warm-failed' || event.code === 'warm-lost')
  return event.type === 'task.closed'
    ? event.kind !== 'succeeded' && event.kind !== 'cancelled'
    : seldom.has(event.type)
}

/**
 * Keeps the newest trace events of this peer, whether anybody reads them or not. To keep one costs two assignments: text is
 * made only when somebody asks. Bounded by number.
 */
export class TraceLog {
  readonly #config: TraceLogConfig
  readonly #self: PeerId
  /** ring: by `seq` modulo eventsMax */
  readonly #recent: Kept[] = []
  readonly #seldom: Kept[] = []
  #seldomCount = 0
  #seq = 0
  #startedWallMs: WallMillis = 0
  /** wall clock minus this peer's monotonic clock */
  #aheadMs: Millis = 0
  /** trace time when the wall clock was last read */
  #reached: { at: Millis; wallMs: WallMillis } = { at: 0, wallMs: Number.NEGATIVE_INFINITY }

  constructor(config: TraceLogConfig, self: PeerId) {
    this.#config = config
    this.#self = self
  }

  /** From now on times are told by this wall clock. */
  start(now: Millis, wallMs: WallMillis): void {
    this.#startedWallMs = wallMs
    this.#aheadMs = wallMs - now
  }

  /** The wall clock was read again and has moved: kept events keep their times, and no later event gets an earlier one. */
  setWall(now: Millis, wallMs: WallMillis): void {
    this.#reached = { at: now, wallMs: this.#traceMs(now) }
    this.#aheadMs = wallMs - now
  }

  push(at: Millis, event: UntimedTrace): void {
    const { eventsMax, seldomMax } = this.#config
    const kept = { seq: this.#seq++, at, wallMs: this.#traceMs(at), event }
    this.#recent[kept.seq % eventsMax] = kept
    if (isSeldom(event)) this.#seldom[this.#seldomCount++ % seldomMax] = kept
  }

  /** The newest events that fit the filter, oldest first; at most `limit` of at most `charsMax` in all, but at least one. */
  read({ filter, limit, charsMax }: TraceReading, now: Millis): TracePart {
    const events: ToldEvent[] = []
    let total = 0
    let chars = 0
    for (const kept of this.#newestFirst()) {
      const { wallMs } = kept
      if (wallMs < (filter.sinceWallMs ?? 0)) break
      if (wallMs > (filter.untilWallMs ?? Infinity) || !this.#fits(kept.event, filter)) continue
      // Once an event has not fitted, no older one may: what is told has no gaps.
      if (++total > limit || chars > charsMax) continue
      const text = textOf(kept)
      chars += text.length
      if (chars <= charsMax || events.length === 0) events.push({ seq: kept.seq, wallMs, text })
    }
    return { events: events.reverse(), total, sinceWallMs: this.#sinceWallMs(), atWallMs: this.#traceMs(now) }
  }

  /** All recent events, then the seldom ones that are older than those. */
  *#newestFirst(): Generator<Kept> {
    const { eventsMax, seldomMax } = this.#config
    const oldest = Math.max(0, this.#seq - eventsMax)
    for (let seq = this.#seq - 1; seq >= oldest; seq--) yield this.#recent[seq % eventsMax]!
    for (let i = this.#seldomCount - 1; i >= Math.max(0, this.#seldomCount - seldomMax); i--) {
      const kept = this.#seldom[i % seldomMax]!
      if (kept.seq < oldest) yield kept
    }
  }

  #sinceWallMs(): WallMillis {
    const { eventsMax } = this.#config
    return this.#seq <= eventsMax ? this.#startedWallMs : this.#recent[this.#seq % eventsMax]!.wallMs
  }

  /** The wall clock at this time, by its last reading. */
  wallMs(at: Millis): WallMillis {
    return Math.max(0, Math.round(this.#aheadMs + at))
  }

  /** The same for the trace: never earlier than a time it has had. */
  #traceMs(at: Millis): WallMillis {
    const { at: sinceMs, wallMs } = this.#reached
    return Math.max(this.wallMs(at), Math.round(wallMs + (at - sinceMs) * slewRate))
  }

  #fits(event: UntimedTrace, { types, task, peer }: TraceFilter): boolean {
    const { type } = event
    if (types.length > 0 && !types.some((wanted) => type === wanted || type.startsWith(`${wanted}.`))) return false
    const about = event as { task?: string } & { [field in (typeof naming)[number]]?: PeerId }
    if (task !== undefined && !about.task?.startsWith(task)) return false
    return peer === undefined || peer === this.#self || naming.some((field) => about[field] === peer)
  }
}

/** The event as JSON; one that is too long to travel keeps its plain fields only, and says that it is `cut`. */
function textOf({ at, event }: Kept): string {
  const text = JSON.stringify({ at, ...event })
  if (text.length <= limits.textCharsMax) return text
  const plain = Object.entries(event).filter(([, value]) => typeof value !== 'object')
  const brief = plain.map(([name, value]) => [
    name,
    typeof value === 'string' ? value.slice(0, limits.nameCharsMax) : value,
  ])
  return JSON.stringify({ at, ...Object.fromEntries(brief), cut: true })
}
