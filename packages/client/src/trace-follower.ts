import type { Trace, TracedEvent, TraceQuery } from './trace.ts'

const keptDefault = 1_000
/** a peer that has not answered for longer is forgotten: what it saw meanwhile is left out when it is back */
const patienceMsMax = 60_000

/** What a look has shown. */
export interface FollowedTrace {
  /** the newest of all looks, oldest first; a new array only where something came */
  events: readonly TracedEvent[]
  /** those that no look before this one has shown, oldest first */
  fresh: readonly TracedEvent[]
  /** so many more have happened since the look before than fit into one; 0: all are there */
  cut: number
  /** of the last look: members that did not answer or cannot be asked */
  missing: readonly string[]
}

/** The trace of the whole mesh, look after look: each asks only for what came since the one before. Bounded. */
export class TraceFollower {
  readonly #read: (query: TraceQuery, signal?: AbortSignal) => Promise<Trace>
  readonly #query: Omit<TraceQuery, 'since' | 'until'>
  readonly #keptMax: number
  readonly #known = new Set<string>()
  /** by peer: how far what it told reaches, by its own clock, and when it told that, by the reader's */
  readonly #answered = new Map<string, { wallMs: number; seenMs: number }>()
  readonly #now: () => number
  #events: readonly TracedEvent[] = []

  constructor(
    read: (query: TraceQuery, signal?: AbortSignal) => Promise<Trace>,
    query: Omit<TraceQuery, 'since' | 'until'> = {},
    keptMax = keptDefault,
    now = () => performance.now(),
  ) {
    this.#read = read
    this.#query = query
    this.#keptMax = keptMax
    this.#now = now
  }

  /** Rejects as `SoukClient.trace` does; the next look then asks for the same again. */
  async look(signal?: AbortSignal): Promise<FollowedTrace> {
    const window = this.#since()
    const { events, peers, missing, total } = await this.#read(
      { limit: this.#keptMax, ...this.#query, ...window },
      signal,
    )
    const seenMs = this.#now()
    for (const { id, at } of peers) this.#answered.set(id, { wallMs: Date.parse(at), seenMs })
    for (const [id, last] of this.#answered) if (seenMs - last.seenMs > patienceMsMax) this.#answered.delete(id)
    const before = this.#events
    const fresh = this.#take(events)
    // What is told is the newest of the window: where some of it was shown before, nothing between the looks is left out.
    const joins = fresh.length < events.length
    const cut = joins ? 0 : total - events.length - shownSince(before, window.since)
    return { events: this.#events, fresh, cut: Math.max(0, cut), missing }
  }

  /**
   * Clocks differ: what the slowest of them had reached, however far another is ahead, and an event of that same
   * millisecond may come again.
   */
  #since(): Pick<TraceQuery, 'since'> {
    const times = [...this.#answered.values()].map(({ wallMs }) => wallMs)
    return times.length === 0 ? {} : { since: new Date(Math.min(...times)) }
  }

  #take(events: readonly TracedEvent[]): readonly TracedEvent[] {
    const fresh = events.filter((event) => !this.#known.has(keyOf(event)))
    if (fresh.length === 0) return fresh
    const all = [...this.#events, ...fresh].sort((a, b) => a.wallMs - b.wallMs)
    this.#events = all.slice(-this.#keptMax)
    this.#known.clear()
    for (const event of this.#events) this.#known.add(keyOf(event))
    return fresh
  }
}

const shownSince = (shown: readonly TracedEvent[], since = new Date(0)): number =>
  shown.filter(({ wallMs }) => wallMs >= since.getTime()).length

const keyOf = ({ by, seq, wallMs }: TracedEvent): string => `${by} ${seq} ${wallMs}`
