import { apiLimits } from './limits.ts'
import type { Trace, TracedEvent, TraceQuery } from './trace.ts'

const keptDefault = 1_000
/** of what is kept so many times as much is known to have been shown */
const knownPerKept = 2
/** who has not answered for longer does not hold back what the others are asked for */
const patienceMsMax = 60_000
/** of clocks that agree: what peers that answer one question have reached then */
const agreeingMsMax = 1_000
/** peers whose place is known: as many as a mesh has members, at most */
const peersMax = 4_096

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

/** How far what a peer told reaches, by its own clock, and when it told that, by the reader's. */
interface Reached {
  wallMs: number
  seenMs: number
}

type Since = Pick<TraceQuery, 'since' | 'sinces'>

/** The trace of the whole mesh, look after look: each asks only for what came since the one before. Bounded. */
export class TraceFollower {
  readonly #read: (query: TraceQuery, signal?: AbortSignal) => Promise<Trace>
  readonly #query: Omit<TraceQuery, 'since' | 'sinces' | 'until'>
  readonly #keptMax: number
  readonly #known = new Set<string>()
  /** by peer; who has answered last comes last */
  readonly #reached = new Map<string, Reached>()
  readonly #now: () => number
  #events: readonly TracedEvent[] = []

  constructor(
    read: (query: TraceQuery, signal?: AbortSignal) => Promise<Trace>,
    query: Omit<TraceQuery, 'since' | 'sinces' | 'until'> = {},
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
    const before = this.#events
    const fresh = this.#take(events, peers)
    this.#note(peers)
    // What is told is the newest of the window: where some of it was shown before, nothing between the looks is left out.
    const joins = fresh.length < events.length
    const cut = joins ? 0 : total - events.length - shownSince(before, window)
    return { events: this.#events, fresh, cut: Math.max(0, cut), missing }
  }

  /**
   * What the slowest of the clocks had reached, however far another is ahead, and an event of that same millisecond may
   * come again. Those that do not agree with it, or were away, are asked from where they were themselves: else a clock that
   * is behind has all others tell again, each time, what they have told, and what it tells itself finds no room.
   */
  #since(): Since {
    const all = [...this.#reached]
    const latest = all.at(-1)
    if (latest === undefined) return {}
    const there = all.filter(([, { seenMs }]) => latest[1].seenMs - seenMs <= patienceMsMax)
    const sinceMs = Math.min(...there.map(([, { wallMs }]) => wallMs))
    const off = ({ wallMs }: Reached): number => Math.abs(wallMs - sinceMs)
    const apart = all
      .filter(([, reached]) => off(reached) > agreeingMsMax)
      .sort(([, a], [, b]) => off(b) - off(a))
      .slice(0, apiLimits.traceSincesMax)
      .map(([id, { wallMs }]) => [id, new Date(wallMs)] as const)
    return { since: new Date(sinceMs), ...(apart.length === 0 ? {} : { sinces: Object.fromEntries(apart) }) }
  }

  #note(peers: Trace['peers']): void {
    const seenMs = this.#now()
    for (const { id, since, at } of peers) {
      const [atMs, beforeMs] = [Date.parse(at), this.#reached.get(id)?.wallMs ?? 0]
      this.#reached.delete(id)
      // Set back: it was asked from a time that it has yet to reach, and told nothing of what came before.
      this.#reached.set(id, { wallMs: atMs < beforeMs ? Math.min(atMs, Date.parse(since)) : atMs, seenMs })
    }
    for (const id of this.#reached.keys()) {
      if (this.#reached.size <= peersMax) break
      this.#reached.delete(id)
    }
  }

  /**
   * Before what a peer had reached it has told all; of that millisecond, and of the others, only what is known was told.
   * One that has reached less than before has restarted with its clock set back: of its new life nothing was told.
   */
  #take(events: readonly TracedEvent[], peers: Trace['peers']): readonly TracedEvent[] {
    const reached = new Map(peers.map(({ id, at }) => [id, Date.parse(at)]))
    const toldMs = (by: string): number => {
      const beforeMs = this.#reached.get(by)?.wallMs ?? 0
      return (reached.get(by) ?? beforeMs) < beforeMs ? 0 : beforeMs
    }
    const fresh = events.filter((event) => event.wallMs >= toldMs(event.by) && !this.#known.has(keyOf(event)))
    if (fresh.length === 0) return fresh
    const all = [...this.#events, ...fresh].sort((a, b) => a.wallMs - b.wallMs)
    this.#events = all.slice(-this.#keptMax)
    for (const event of fresh) this.#known.add(keyOf(event))
    // In the order in which it was told: by its time what a clock tells that is behind would be forgotten first.
    for (const key of this.#known) {
      if (this.#known.size <= knownPerKept * this.#keptMax) break
      this.#known.delete(key)
    }
    return fresh
  }
}

const shownSince = (shown: readonly TracedEvent[], { since = new Date(0), sinces = {} }: Since): number =>
  shown.filter(({ by, wallMs }) => wallMs >= (sinces[by] ?? since).getTime()).length

const keyOf = ({ by, seq, wallMs }: TracedEvent): string => `${by} ${seq} ${wallMs}`
