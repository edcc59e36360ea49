import type { Millis } from '@souk/kernel'
import { type Advert, compareAdverts } from '@souk/wire'
import type { RosterEffect } from './effects.ts'
import { sameData } from './equality.ts'
import type { ProvenLife } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Membership } from './membership.ts'

/** Adverts of other peers: of each the newest is kept, in whatever order they come (I10). `Roster` and `Links` call it. */
export class Adverts {
  readonly #table: MemberTable
  readonly #membership: Membership

  constructor(table: MemberTable, membership: Membership) {
    this.#table = table
    this.#membership = membership
  }

  onAdvert(advert: Advert, now: Millis, out: RosterEffect[]): void {
    const { peer, incarnation, certificate } = advert
    if (certificate.peer !== peer) return
    if (peer === this.#table.self) {
      this.#membership.onProofOfSelf(incarnation)
      return
    }
    if (this.#membership.isVoid(certificate, now)) return
    const known = this.#table.find(peer)
    if (known?.newest !== undefined && compareAdverts(advert, known.newest) <= 0) return
    const record = known ?? this.#membership.admit(peer, certificate, advert, now)
    if (record === undefined) return
    const before = record.advert
    record.onAdvert(advert, now)
    if (known === undefined) this.#membership.announce(record, now, out)
    this.#membership.onLife(record, advert, now, out)
    this.#membership.watchExpiry(record, now, out)
    this.announceChange(record, before, out)
  }

  /** A member's life from a hello. A new life hides the advert of the one before: that, too, is a change of the advert. */
  onLife(record: MemberRecord, life: ProvenLife, now: Millis, out: RosterEffect[]): void {
    const before = record.advert
    this.#membership.onLife(record, life, now, out)
    this.announceChange(record, before, out)
  }

  /** Tells of it if the advert of the record's present life is another one than `before`, more than by a heartbeat. */
  announceChange(record: MemberRecord, before: Advert | undefined, out: RosterEffect[]): void {
    const after = record.advert
    if (before === after || record.expired) return
    if (before !== undefined && after !== undefined && sameAdvert(before, after)) return
    this.#table.touch()
    out.push({ type: 'advertChanged', peer: record.peer })
  }
}

/** Whether two adverts say the same, but for their seq and what a heartbeat carries along. */
function sameAdvert(a: Advert, b: Advert): boolean {
  return (
    a.incarnation === b.incarnation &&
    sameData(a.offer, b.offer) &&
    sameData(a.addresses, b.addresses) &&
    a.certificate.role === b.certificate.role &&
    a.certificate.name === b.certificate.name
  )
}
