import type { PeerId, Removal } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

const prefix = 'removed/'

/** Where the store has it that a peer was removed. */
export const removalKey = (peer: PeerId): string => prefix + peer

/** Peers that were removed from the mesh, on this peer's disk: a restart must not let one of them back in. */
export class RemovalLog {
  readonly #written = new Set<PeerId>()

  /** What the store holds. */
  load(stored: readonly StoredEntry[]): Removal[] {
    const removals = stored.filter(({ key }) => key.startsWith(prefix)).map(({ value }) => value as Removal)
    for (const { peer } of removals) this.#written.add(peer)
    return removals
  }

  /** What has to be written now that this is known; undefined: it is there. */
  decide(removal: Removal): Write | undefined {
    if (this.#written.has(removal.peer)) return undefined
    this.#written.add(removal.peer)
    return { key: removalKey(removal.peer), value: removal }
  }
}
