import type { PeerId } from '@souk/wire'
import { majority } from './quorum.ts'
import { versionNumber } from './version.ts'

/** more than a mesh whose members come and go leads one key to; a liar may name any number */
const setsMax = 8

/** A version of a task and who keeps that. */
interface Kept {
  version: number
  custodians: PeerId[]
}

/** The sets of custodians that earlier submits of a key chose, as far as custodians tell, and who of each keeps its task so. */
export class OtherSets {
  readonly #sets = new Map<number, Kept & { by: Set<PeerId> }>()

  get size(): number {
    return this.#sets.size
  }

  /** Whether it is in any of them. */
  includes(peer: PeerId): boolean {
    return [...this.#sets.values()].some(({ custodians }) => custodians.includes(peer))
  }

  /**
   * One of them, or somebody who only knows of it, tells of such a set. `keeps`: it has the task; else a pointer alone, which one
   * of them has, too, where it has not joined it yet. True: it was not known before.
   */
  note(from: PeerId, { version, custodians }: Kept, keeps: boolean): boolean {
    const known = this.#sets.get(version)
    if (!known && this.#sets.size >= setsMax) return false
    const set = known ?? { version, custodians, by: new Set<PeerId>() }
    this.#sets.set(version, set)
    if (keeps && set.custodians.includes(from)) set.by.add(from)
    return !known
  }

  /** The newest that stands: a later version began on a majority's decision, a first one has a majority of its custodians. */
  get standing(): Kept | undefined {
    let newest: Kept | undefined
    for (const { version, custodians, by } of this.#sets.values()) {
      const stands = versionNumber(version) > 1 || by.size >= majority(custodians.length)
      if (stands && (!newest || versionNumber(version) > versionNumber(newest.version)))
        newest = { version, custodians }
    }
    return newest
  }

  /** Who of them has not said whether it keeps the task so. */
  silent(): PeerId[] {
    const silent = [...this.#sets.values()].flatMap(({ custodians, by }) => custodians.filter((peer) => !by.has(peer)))
    return [...new Set(silent)].sort()
  }
}
