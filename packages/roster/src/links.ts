import type { Millis } from '@souk/kernel'
import type { MemberUpdate, PeerId } from '@souk/wire'
import type { Adverts } from './adverts.ts'
import type { AntiEntropy } from './anti-entropy.ts'
import type { RosterEffect } from './effects.ts'
import type { RosterInput } from './inputs.ts'
import { updateOf } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Membership } from './membership.ts'
import { type Probes, toldMax } from './probes.ts'
import type { Rumours } from './rumours.ts'

interface Parts {
  table: MemberTable
  membership: Membership
  rumours: Rumours
  probes: Probes
  adverts: Adverts
  antiEntropy: AntiEntropy
}

/** What a link that opens or closes says about the member at its other end. */
export class Links {
  readonly #parts: Parts
  readonly #table: MemberTable

  constructor(parts: Parts) {
    this.#parts = parts
    this.#table = parts.table
  }

  onConnected(input: Extract<RosterInput, { type: 'connected' }>, now: Millis, out: RosterEffect[]): void {
    const { membership, adverts, rumours, probes, antiEntropy } = this.#parts
    const { peer, certificate, incarnation, proof, addresses } = input
    if (peer === this.#table.self || certificate.peer !== peer || membership.hasExpired(certificate, now)) return
    const known = this.#table.find(peer)
    if (known !== undefined && incarnation < known.incarnation) {
      // An earlier life than others have seen: not taken, but told, with what it signed itself in that one.
      probes.tell(peer, [updateOf(peer, known.life)], out)
      return
    }
    const life = { incarnation, proof }
    const record = known ?? membership.admit(peer, certificate, life, now)
    if (record === undefined) return
    record.onHello(certificate, addresses)
    record.linkedLife = incarnation
    record.linkLost = false
    this.#table.touch()
    if (known === undefined) membership.announce(record, now, out)
    const isNewLife = incarnation > record.incarnation
    adverts.onLife(record, life, now, out)
    if (isNewLife) rumours.add(updateOf(peer, record.life))
    membership.watchExpiry(record, now, out)
    probes.onConnected(record, now, out)
    antiEntropy.onConnected(record, now, out)
    this.#greet(record, out)
  }

  onDisconnected(peer: PeerId, now: Millis, out: RosterEffect[]): void {
    const record = this.#table.find(peer)
    if (!record?.connected) return
    record.linkedLife = undefined
    record.linkLost = true
    this.#table.touch()
    this.#parts.probes.onDisconnected(record, now, out)
  }

  /** Rumours end; who comes later hears here who is suspect, dead or gone. */
  #greet(record: MemberRecord, out: RosterEffect[]): void {
    const updates: MemberUpdate[] = []
    for (const { peer, life, isSelf } of this.#table.members()) {
      if (!isSelf && peer !== record.peer && life.state !== 'alive') updates.push(updateOf(peer, life))
      if (updates.length >= toldMax) break
    }
    this.#parts.probes.tell(record.peer, updates, out)
  }
}
