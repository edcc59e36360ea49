import type { WallMillis } from '@souk/kernel'
import type { MessageOf, PeerId, ToldEvent } from '@souk/wire'

interface TellingPeer {
  peer: PeerId
  sinceWallMs: WallMillis
  atWallMs: WallMillis
}

/** The trace as several peers have told it. */
export interface ToldTrace {
  /** oldest first, by the clocks of those that tell them */
  events: readonly (ToldEvent & { by: PeerId })[]
  /** number of events that fit the filter, at all peers that answered */
  total: number
  /** peers that answered; `sinceWallMs`: from when on each keeps all events, `atWallMs`: when it answered, by its clock */
  peers: readonly TellingPeer[]
  /** members that did not answer or cannot be asked */
  missing: readonly PeerId[]
}

/** Puts together the answers to one question as they come. */
export class TraceGathering {
  readonly #limit: number
  readonly #waitingFor: Set<PeerId>
  readonly #away: readonly PeerId[]
  readonly #peers: TellingPeer[] = []
  #events: (ToldEvent & { by: PeerId })[] = []
  #total = 0
  /** the events are complete only from this time on: an answer had no room for earlier ones */
  #fromWallMs: WallMillis = 0

  constructor(asked: readonly PeerId[], away: readonly PeerId[], limit: number) {
    this.#limit = limit
    this.#waitingFor = new Set(asked)
    this.#away = away
  }

  /** Takes one peer's answer. True: it was the last that was waited for. */
  onTold(from: PeerId, { events, total, sinceWallMs, atWallMs }: MessageOf<'traced'>): boolean {
    if (!this.#waitingFor.delete(from)) return false
    this.#peers.push({ peer: from, sinceWallMs, atWallMs })
    this.#total += total
    if (events.length < total) this.#fromWallMs = Math.max(this.#fromWallMs, events[0]?.wallMs ?? 0)
    for (const event of events) this.#events.push({ ...event, by: from })
    // Trimmed as answers come, so that no more is held than about what is told in the end.
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
