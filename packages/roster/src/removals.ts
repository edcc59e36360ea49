import { limits, type MessageOf, type PeerId, type Removal } from '@souk/wire'

/** Peers that were removed from the mesh, for good: a set that only grows, the same in whatever order it was heard (I10). */
export class Removals {
  readonly #known = new Map<PeerId, Removal>()
  /** made anew only where somebody was removed since: it is asked for once a second, and with every sync */
  #peers: readonly PeerId[] = []

  has(peer: PeerId): boolean {
    return this.#known.has(peer)
  }

  /** Their ids, in the order in which they were heard of. The same array until there is one more. */
  get peers(): readonly PeerId[] {
    if (this.#peers.length !== this.#known.size) this.#peers = [...this.#known.keys()]
    return this.#peers
  }

  /** False: it is known, or there are as many as a mesh can have (I11). */
  add(removal: Removal): boolean {
    if (this.#known.has(removal.peer) || this.#known.size >= limits.removalsMax) return false
    this.#known.set(removal.peer, removal)
    return true
  }

  /** What somebody who knows these lacks. */
  lacking(theirs: readonly PeerId[] = []): Removal[] {
    if (this.#known.size === 0) return []
    const have = new Set(theirs)
    return [...this.#known.values()].filter(({ peer }) => !have.has(peer))
  }
}

/** As many messages as these take. */
export function* removalMessages(removals: readonly Removal[]): Generator<MessageOf<'removed'>> {
  const most = limits.removalsPerMessageMax
  for (let at = 0; at < removals.length; at += most) yield { t: 'removed', removals: removals.slice(at, at + most) }
}
