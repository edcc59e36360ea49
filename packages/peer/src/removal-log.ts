import type { PeerId, Removal } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

const prefix = 'removed/'

/** Key of the store entry for a peer's removal. */
export const removalKey = (peer: PeerId): string => prefix + peer

/** Peers that were removed from the mesh, on this peer's disk: a restart must not let one of them back in. */
export class RemovalLog {
  /** peers whose removal is in the store or was given to it to write */
  readonly #written = new Set<PeerId>()
  /** those of them that this peer has yet to be told of (`onWritten`) */
  readonly #news = new Set<PeerId>()

  /** The removals that the store holds. */
  load(stored: readonly StoredEntry[]): Removal[] {
    const removals = stored.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => value as Removal)
    for (const { peer } of removals) this.#written.add(peer)
    return removals
  }

  /** The driver has already written this removal and is about to report it, so `decide` need not write it but it is news. */
  onWritten({ peer }: Removal): void {
    if (this.#written.has(peer)) return
    this.#written.add(peer)
    this.#news.add(peer)
  }

  /** What is to be written for a removal that was heard of, and whether it is news, also to earlier lives of this peer. */
  decide(removal: Removal): { writes: Write[]; isNews: boolean } {
    const { peer } = removal
    if (this.#written.has(peer)) return { writes: [], isNews: this.#news.delete(peer) }
    this.#written.add(peer)
    return { writes: [{ key: removalKey(peer), value: removal }], isNews: true }
  }
}
