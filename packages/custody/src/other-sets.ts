import { majority, type PeerId } from '@souk/wire'
import { versionNumber } from './version.ts'

/** most sets noted of one key: more than changes of members lead it to, while a liar may name any number */
const setsMax = 8

/** A version of a task, and its custodians. */
interface Kept {
  version: number
  custodians: PeerId[]
}

/** The sets of custodians that earlier submits of a key chose, as custodians tell, and who of each keeps the task. */
export class OtherSets {
  readonly #sets = new Map<number, Kept & { by: Set<PeerId> }>()

  get size(): number {
    return this.#sets.size
  }

  /** Whether the peer is in any of these sets. */
  includes(peer: PeerId): boolean {
    return [...this.#sets.values()].some(({ custodians }) => custodians.includes(peer))
  }

  /**
   * `from` tells of a set, as one of it or as one that only knows of it. `keeps`: it has the task; false: only a pointer to
   * that set, as one of it may have that has not joined it yet. True: the set was not known before.
   */
  note(from: PeerId, { version, custodians }: Kept, keeps: boolean): boolean {
    const known = this.#sets.get(version)
    if (!known && this.#sets.size >= setsMax) return false
    const set = known ?? { version, custodians, by: new Set<PeerId>() }
    this.#sets.set(version, set)
    if (keeps && set.custodians.includes(from)) set.by.add(from)
    return !known
  }

  /** The newest set that stands: a later version, as a majority chose that, or a first one that a majority of it keeps. */
  get standing(): Kept | undefined {
    let newest: Kept | undefined
    for (const { version, custodians, by } of this.#sets.values()) {
      const stands = versionNumber(version) > 1 || by.size >= majority(custodians.length)
      if (stands && (!newest || versionNumber(version) > versionNumber(newest.version)))
        newest = { version, custodians }
    }
    return newest
  }

  /** Custodians of these sets that have not said that they keep the task. */
  silent(): PeerId[] {
    const silent = [...this.#sets.values()].flatMap(({ custodians, by }) => custodians.filter((peer) => !by.has(peer)))
    return [...new Set(silent)].sort()
  }
}
