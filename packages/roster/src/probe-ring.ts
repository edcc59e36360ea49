import type { Prng } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'

/** Whom to probe next: each member once per round, in an order drawn anew for each round (SWIM's bound on detection). */
export class ProbeRing {
  readonly #table: MemberTable
  readonly #prng: Prng
  #round: PeerId[] = []

  constructor(table: MemberTable, prng: Prng) {
    this.#table = table
    this.#prng = prng
  }

  /** The next member that `worth` accepts; undefined: a whole new round has none. */
  next(worth: (record: MemberRecord) => boolean): MemberRecord | undefined {
    for (let rounds = 0; rounds < 2; rounds++) {
      while (this.#round.length > 0) {
        const record = this.#table.find(this.#round.pop()!)
        if (record !== undefined && worth(record)) return record
      }
      const peers = this.#table.members().map((record) => record.peer)
      this.#round = this.#prng.sample(peers, peers.length)
    }
    return undefined
  }
}
