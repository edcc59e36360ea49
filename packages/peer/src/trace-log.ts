import type { Millis, WallMillis } from '@souk/kernel'
import { limits, type MessageOf, type PeerId, type ToldEvent, type TraceFilter } from '@souk/wire'
import type { TraceEvent, TraceType } from './trace.ts'

export interface TraceLogConfig {
  /** newest events that are kept: of a busy peer the last second, of an idle one hours. About 0.3 kB each */
  eventsMax: number
  /** of those that are seldom, beyond that */
  seldomMax: number
}

export const defaultTraceLogConfig: TraceLogConfig = { eventsMax: 4_096, seldomMax: 1_024 }

/** TraceEvent without its time, for each of its kinds. */
export type UntimedTrace = TraceEvent extends infer E ? (E extends { at: Millis } ? Omit<E, 'at'> : never) : never

/** Who reads the trace: everybody, nobody, or somebody who wants these events. */
export type Tracing = boolean | ((event: UntimedTrace) => boolean)

interface Kept {
  seq: number
  at: Millis
  /** as the wall clock was known then: what was told once of a time stays so when that clock is read again */
  wallMs: WallMillis
  event: UntimedTrace
}

/** What is read of it. */
export type TraceReading = Pick<MessageOf<'askTrace'>, 'filter' | 'limit' | 'charsMax'>

/** What one peer tells of its trace. */
export interface TracePart {
  events: ToldEvent[]
  total: number
  sinceWallMs: WallMillis
  atWallMs: WallMillis
}

/** What a healthy mesh does not do with every task or each second: kept for longer, since somebody will ask for it. */
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
 * How fast the trace's times go after the wall clock was set back, until it has caught up. They cannot go back with it: who
 * reads on from where it was would miss events. Nor can they stand still: all that happens meanwhile would be told again with
 * each look, and leave no room for the others'. An error of a day is gone after 27 hours.
 */
const slewRate = 0.1

/** Where an event names another peer. */
const naming = ['peer', 'to', 'from', 'asker', 'host'] as const

function isSeldom(event: UntimedTrace): boolean {
  // Each time again would be each ten seconds.
  if (event.type === 'warm.done') return !event.again && (event.code === 'warm-failed' || event.code === 'warm-lost')
  return event.type === 'task.closed'
    ? event.kind !== 'succeeded' && event.kind !== 'cancelled'
    : seldom.has(event.type)
}

/**
 * The newest trace events of this peer, whether anybody reads or not: to keep one is two assignments, and nothing is
 * written as text before somebody asks. Bounded by their number.
 */
export class TraceLog {
  readonly #config: TraceLogConfig
  readonly #self: PeerId
  /** by `seq` modulo how many there may be */
  readonly #recent: Kept[] = []
  readonly #seldom: Kept[] = []
  #seldomCount = 0
  #seq = 0
  #startedWallMs: WallMillis = 0
  /** of this peer's clock: the wall clock is so far ahead */
  #aheadMs: Millis = 0
  /** what time the trace had reached when the wall clock was read last */
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

  /** The wall clock was read again, and has moved; what is kept keeps its times, and none that follows is earlier. */
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

  /** The newest that fit, oldest first: at most so many, of at most so many characters (but one at least). */
  read({ filter, limit, charsMax }: TraceReading, now: Millis): TracePart {
    const events: ToldEvent[] = []
    let total = 0
    let chars = 0
    for (const kept of this.#newestFirst()) {
      const { wallMs } = kept
      if (wallMs < (filter.sinceWallMs ?? 0)) break
      if (wallMs > (filter.untilWallMs ?? Infinity) || !this.#fits(kept.event, filter)) continue
      // Once one has not fitted none behind it may: what is told has no gaps.
      if (++total > limit || chars > charsMax) continue
      const text = textOf(kept)
      chars += text.length
      if (chars <= charsMax || events.length === 0) events.push({ seq: kept.seq, wallMs, text })
    }
    return { events: events.reverse(), total, sinceWallMs: this.#sinceWallMs(), atWallMs: this.#traceMs(now) }
  }

  /** All that is kept of what is frequent, then what is seldom and older than that. */
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

  /** What the wall clock said then, or a moment ago: as it was read last. */
  wallMs(at: Millis): WallMillis {
    return Math.max(0, Math.round(this.#aheadMs + at))
  }

  /** The same as the trace has it: never earlier than before. */
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

/** One that is too long to travel says so, and no more than its plain fields. */
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
