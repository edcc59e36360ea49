import type { PeerId, Removal } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

const prefix = 'removed/'

/** Where the store has it that a peer was removed. */
export const removalKey = (peer: PeerId): string => prefix + peer

/** Peers that were removed from the mesh, on this peer's disk: a restart must not let one of them back in. */
export class RemovalLog {
  /** what the store has, or will have once it has written what was asked of it */
  readonly #written = new Set<PeerId>()
  /** of those it has: what is news to this peer all the same */
  readonly #news = new Set<PeerId>()

  /** What the store holds. */
  load(stored: readonly StoredEntry[]): Removal[] {
    const removals = stored.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => value as Removal)
    for (const { peer } of removals) this.#written.add(peer)
    return removals
  }

  /** It is there, put there by whoever will say so now. */
  onWritten({ peer }: Removal): void {
    if (this.#written.has(peer)) return
    this.#written.add(peer)
    this.#news.add(peer)
  }

  /** What has to be written now that this is known, if anything, and whether it is more than an earlier life knew. */
  decide(removal: Removal): { writes: Write[]; isNews: boolean } {
    const { peer } = removal
    if (this.#written.has(peer)) return { writes: [], isNews: this.#news.delete(peer) }
    this.#written.add(peer)
    return { writes: [{ key: removalKey(peer), value: removal }], isNews: true }
  }
}
