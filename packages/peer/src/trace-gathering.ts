import type { WallMillis } from '@souk/kernel'
import type { MessageOf, PeerId, ToldEvent } from '@souk/wire'

interface TellingPeer {
  peer: PeerId
  sinceWallMs: WallMillis
  atWallMs: WallMillis
}

/** What several peers have told of their traces. */
export interface ToldTrace {
  /** oldest first, by the clocks of those that tell them */
  events: readonly (ToldEvent & { by: PeerId })[]
  /** that fit, of all who answered */
  total: number
  /** who answered, since when each keeps all that happened, and when it told that, by its clock */
  peers: readonly TellingPeer[]
  /** members that did not answer, or cannot be asked */
  missing: readonly PeerId[]
}

/** Answers to one question, put together as they come. */
export class TraceGathering {
  readonly #limit: number
  readonly #waitingFor: Set<PeerId>
  readonly #away: readonly PeerId[]
  readonly #peers: TellingPeer[] = []
  #events: (ToldEvent & { by: PeerId })[] = []
  #total = 0
  /** before it somebody has not told all: an answer had no room for more */
  #fromWallMs: WallMillis = 0

  constructor(asked: readonly PeerId[], away: readonly PeerId[], limit: number) {
    this.#limit = limit
    this.#waitingFor = new Set(asked)
    this.#away = away
  }

  /** True: that was the last that was waited for. */
  onTold(from: PeerId, { events, total, sinceWallMs, atWallMs }: MessageOf<'traced'>): boolean {
    if (!this.#waitingFor.delete(from)) return false
    this.#peers.push({ peer: from, sinceWallMs, atWallMs })
    this.#total += total
    if (events.length < total) this.#fromWallMs = Math.max(this.#fromWallMs, events[0]?.wallMs ?? 0)
    for (const event of events) this.#events.push({ ...event, by: from })
    // Of many peers no more is held than is told.
    if (this.#events.length > 2 * this.#limit) this.#events = this.#newest()
    return this.#waitingFor.size === 0
  }

  told(): ToldTrace {
    return {
      events: this.#newest().filter(({ wallMs }) => wallMs >= this.#fromWallMs),
      total: this.#total,
      peers: this.#peers.sort((a, b) => (a.peer < b.peer ? -1 : 1)),
      missing: [...this.#waitingFor, ...this.#away].sort(),
    }
  }

  #newest() {
    const inOrder = this.#events.sort(
      (a, b) => a.wallMs - b.wallMs || (a.by < b.by ? -1 : a.by > b.by ? 1 : a.seq - b.seq),
    )
    return inOrder.slice(-this.#limit)
  }
}
