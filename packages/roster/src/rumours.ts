import { limits, type MemberUpdate, type PeerId } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import { updateOf } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'

/**
 * Updates on members that ride on probes and their answers (SWIM's piggyback): one per member, the least told first, each
 * about 4 log10(N + 1) times at most (I11). `Membership` adds them, `Probes` takes them.
 */
export class Rumours {
  readonly #config: RosterConfig
  readonly #table: MemberTable
  /** updates by how often they were told */
  readonly #tiers: Map<PeerId, MemberUpdate>[] = []
  readonly #tierOf = new Map<PeerId, number>()

  constructor(config: RosterConfig, table: MemberTable) {
    this.#config = config
    this.#table = table
  }

  get size(): number {
    return this.#tierOf.size
  }

  /** How often each update is told, at the present size of the mesh. */
  get tellings(): number {
    return Math.max(1, Math.ceil(this.#config.retransmitFactor * Math.log10(this.#table.live + 1)))
  }

  /** An update replaces the one on the same member, and is told from the beginning. */
  add(update: MemberUpdate): void {
    this.#remove(update.peer)
    if (this.#tierOf.size >= this.#config.membersMax) this.#dropMostTold()
    this.#put(0, update)
  }

  /**
   * The updates of one message. First, however often they were told, those on this peer and on the members of `about` that
   * are not simply alive: suspected, back by a denial, or linked in an old life. Then the least told, which count as told.
   */
  takeFor(about: readonly MemberRecord[]): MemberUpdate[] {
    const first: MemberUpdate[] = []
    for (const record of [this.#table.find(this.#table.self), ...about]) {
      if (record === undefined) continue
      if (record.state === 'alive' && record.life.denial === 0 && !record.linkIsOld) continue
      first.push(updateOf(record.peer, record.life))
    }
    const taken = [...first]
    const told: [number, MemberUpdate][] = []
    for (let tier = 0; tier < this.#tiers.length; tier++) {
      for (const update of this.#tiers[tier]!.values()) {
        if (taken.length + told.length >= limits.updatesMax) break
        if (!first.some((f) => f.peer === update.peer)) told.push([tier, update])
      }
    }
    const tellings = this.tellings
    for (const [tier, update] of told) {
      taken.push(update)
      this.#remove(update.peer)
      if (tier + 1 < tellings) this.#put(tier + 1, update)
    }
    return taken
  }

  #put(tier: number, update: MemberUpdate): void {
    while (this.#tiers.length <= tier) this.#tiers.push(new Map())
    this.#tiers[tier]!.set(update.peer, update)
    this.#tierOf.set(update.peer, tier)
  }

  #remove(peer: PeerId): void {
    const tier = this.#tierOf.get(peer)
    if (tier === undefined) return
    this.#tiers[tier]!.delete(peer)
    this.#tierOf.delete(peer)
  }

  #dropMostTold(): void {
    for (let tier = this.#tiers.length - 1; tier >= 0; tier--) {
      const oldest = this.#tiers[tier]!.keys().next().value
      if (oldest === undefined) continue
      this.#remove(oldest)
      return
    }
  }
}
