import {
  asSoukError,
  type PeerLine,
  type SoukClient,
  type SoukError,
  type Status,
  type TaskLine,
  type Who,
} from '@souk/client'
import { shortPeer } from '../text/ids.ts'
import { eventKey, withOthers } from './event-key.ts'
import { Foretold } from './foretold.ts'
import type { MeshMoment } from './mesh-moment.ts'
import { Moments } from './moments.ts'
import { Ring } from './ring.ts'
import { shareUnchanged } from './share.ts'
import type { TraceEvent } from './trace-event.ts'

/** between two looks at the mesh; a page that nobody sees does not look */
const lookMs = 1_000
const eventsMax = 10_000
/** of each look: open ones and those that ended last */
const tasksMax = 200
/** from before the page was opened: as many as the API tells at once */
const recalledMax = 1_024
const eventsFlushMs = 500
const reopenMs = 1_000

/** What all views share. A new object after each change. */
export interface FeedState {
  who: Who
  /** it is an export of then: nothing changes any more */
  recordedAt?: string
  status: Status | undefined
  peers: readonly PeerLine[]
  /** people's names of peers; the same function as long as they are the same */
  nameOf: (peer: string) => string
  tasks: readonly TaskLine[]
  moments: readonly MeshMoment[]
  events: readonly TraceEvent[]
  /** the peer does not answer: since when, and why */
  away: { sinceMs: number; error: SoukError } | undefined
}

/** Where views have what they show from. */
export interface Feed {
  readonly client: SoukClient
  /** what the forecast view has heard; here, so that it outlives the view */
  readonly foretold: Foretold
  readonly state: FeedState
  subscribe(listener: () => void): () => void
  stop(): void
}

/** Looks at the mesh through one peer, again and again, and reads its events; bounded, and quiet while the page is hidden. */
export class LiveFeed implements Feed {
  readonly client: SoukClient
  readonly foretold = new Foretold()
  readonly #moments = new Moments()
  #events = new Ring<TraceEvent>(eventsMax)
  /** keys of what the trace has told: some of it may still come by the stream */
  readonly #recalled = new Set<string>()
  readonly #listeners = new Set<() => void>()
  readonly #stop = new AbortController()
  readonly #onLogOut: () => void
  #arrived: TraceEvent[] = []
  #newestMs = 0
  #flushing: ReturnType<typeof setTimeout> | undefined
  state: FeedState

  constructor(client: SoukClient, who: Who, onLogOut: () => void) {
    this.client = client
    this.#onLogOut = onLogOut
    this.state = {
      who,
      status: undefined,
      peers: [],
      nameOf: shortPeer,
      tasks: [],
      moments: [],
      events: [],
      away: undefined,
    }
  }

  start(): void {
    void this.#look()
    void this.#listen()
    void this.#recall()
  }

  stop(): void {
    this.#stop.abort()
    clearTimeout(this.#flushing)
    void this.client.close()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  async #look(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      await visible(signal)
      try {
        const [peers, status, { tasks }] = await Promise.all([
          this.client.peers(signal),
          this.client.status(signal),
          this.client.tasks({ limit: tasksMax, signal }),
        ])
        this.#onLook(peers, status, tasks)
      } catch (cause) {
        this.#onFailure(cause)
      }
      await pause(lookMs, signal)
    }
  }

  #onLook(seenPeers: readonly PeerLine[], status: Status, seenTasks: readonly TaskLine[]): void {
    const peers = shareUnchanged(this.state.peers, seenPeers)
    const tasks = shareUnchanged(this.state.tasks, seenTasks)
    const nameOf = this.#namesOf(peers)
    this.#moments.push({ wallMs: Date.now(), peers, tasks })
    this.#set({ peers, nameOf, status, tasks, moments: this.#moments.items, away: undefined })
  }

  #namesOf(peers: readonly PeerLine[]): FeedState['nameOf'] {
    const { peers: before, nameOf } = this.state
    const same = before.length === peers.length && peers.every(({ id, name }) => name !== '' && nameOf(id) === name)
    if (same) return nameOf
    const names = new Map(peers.map(({ id, name }) => [id, name]))
    return (peer) => names.get(peer) || shortPeer(peer)
  }

  #onFailure(cause: unknown): void {
    const error = asSoukError(cause, 'unreachable')
    if (this.#stop.signal.aborted) return
    if (error.status === 401) this.#onLogOut()
    else this.#set({ away: { sinceMs: this.state.away?.sinceMs ?? Date.now(), error } })
  }

  /** What the peer did before this page was opened, out of its trace. */
  async #recall(): Promise<void> {
    const { signal } = this.#stop
    const { self } = this.state.who
    try {
      await visible(signal)
      const { events } = await this.client.trace({ peer: self, limit: recalledMax }, signal)
      const own = events.filter(({ by }) => by === self)
      for (const event of own) this.#recalled.add(eventKey(event, self))
      const all = withOthers(this.#events.items.concat(this.#arrived), own, self)
      this.#arrived = []
      this.#events = new Ring<TraceEvent>(eventsMax)
      this.#events.push(all)
      if (all.length > 0) this.#set({ events: this.#events.items })
    } catch {
      // The peer is away: the look beside this one tells of it; what it streams from now on is shown all the same.
    }
  }

  async #listen(): Promise<void> {
    const { signal } = this.#stop
    while (!signal.aborted) {
      // What others have watched comes along, and after a break what came meanwhile; of that nothing twice.
      const afterMs = this.#newestMs
      await visible(signal)
      try {
        for await (const event of this.client.events(untilHidden(signal), { recent: eventsMax })) {
          if (!(Number(event.wallMs) <= afterMs)) this.#onEvent(event as TraceEvent)
        }
      } catch {
        // The peer is away, or this page was too slow; the look beside this one tells of it.
      }
      await pause(reopenMs, signal)
      this.#recalled.clear()
    }
  }

  #onEvent(event: TraceEvent): void {
    if (this.#recalled.size > 0 && this.#recalled.has(eventKey(event, this.state.who.self))) return
    this.#newestMs = event.wallMs
    this.#arrived.push(event)
    // Drawn twice a second, however many come.
    this.#flushing ??= setTimeout(() => {
      this.#flushing = undefined
      this.#events.push(this.#arrived)
      this.#arrived = []
      this.#set({ events: this.#events.items })
    }, eventsFlushMs)
  }

  #set(changes: Partial<FeedState>): void {
    this.state = { ...this.state, ...changes }
    for (const listener of this.#listeners) listener()
  }
}

/** Aborts when nobody can see the page any more: a peer hands out no events for nobody. */
function untilHidden(signal: AbortSignal): AbortSignal {
  const hidden = new AbortController()
  const either = AbortSignal.any([signal, hidden.signal])
  const look = () => document.hidden && hidden.abort()
  document.addEventListener('visibilitychange', look, { signal: either })
  return either
}

/** Resolves while somebody can see the page. */
export async function visible(signal: AbortSignal): Promise<void> {
  while (document.hidden && !signal.aborted) {
    await new Promise<void>((resolve) => {
      document.addEventListener('visibilitychange', () => resolve(), { once: true, signal })
      signal.addEventListener('abort', () => resolve(), { once: true })
    })
  }
}

export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal.addEventListener('abort', done)
  })
}
