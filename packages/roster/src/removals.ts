import { limits, type MessageOf, type PeerId, type Removal } from '@souk/wire'

/** Removals from the mesh, for good: a set that only grows, so the order in which they are heard does not matter (I10). */
export class Removals {
  readonly #known = new Map<PeerId, Removal>()
  /** ids of #known, made anew only after one more removal: they are asked for once a second, and with every SYNC */
  #peers: readonly PeerId[] = []

  has(peer: PeerId): boolean {
    return this.#known.has(peer)
  }

  /** Ids of the removed, in the order in which they were heard of. The same array until there is one more. */
  get peers(): readonly PeerId[] {
    if (this.#peers.length !== this.#known.size) this.#peers = [...this.#known.keys()]
    return this.#peers
  }

  /** False: it is known, or there are `removalsMax` already (I11). */
  add(removal: Removal): boolean {
    if (this.#known.has(removal.peer) || this.#known.size >= limits.removalsMax) return false
    this.#known.set(removal.peer, removal)
    return true
  }

  /** The removals that a peer lacks which knows of these. */
  lacking(theirs: readonly PeerId[] = []): Removal[] {
    if (this.#known.size === 0) return []
    const have = new Set(theirs)
    return [...this.#known.values()].filter(({ peer }) => !have.has(peer))
  }
}

/** REMOVED messages with these removals, as few as possible. */
export function* removalMessages(removals: readonly Removal[]): Generator<MessageOf<'removed'>> {
  const most = limits.removalsPerMessageMax
  for (let at = 0; at < removals.length; at += most) yield { t: 'removed', removals: removals.slice(at, at + most) }
}
