import type { Millis } from '@souk/kernel'
import { limits, type MemberUpdate, type PeerId } from '@souk/wire'
import type { Adverts } from './adverts.ts'
import type { AntiEntropy } from './anti-entropy.ts'
import type { RosterEffect } from './effects.ts'
import type { RosterInput } from './inputs.ts'
import { updateOf } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Membership } from './membership.ts'
import type { Probes } from './probes.ts'
import type { Rumours } from './rumours.ts'

interface Parts {
  table: MemberTable
  membership: Membership
  rumours: Rumours
  probes: Probes
  adverts: Adverts
  antiEntropy: AntiEntropy
}

/** messages of updates about those not alive, sent when a link opens (I11) */
const greetingsMax = 8

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
    const { peer, certificate, incarnation, addresses } = input
    if (peer === this.#table.self || certificate.peer !== peer || membership.hasExpired(certificate, now)) return
    const known = this.#table.find(peer)
    if (known !== undefined && incarnation < known.incarnation) {
      // An earlier life than others have seen: not taken, but told, with what it signed itself then.
      this.#tell(peer, [updateOf(peer, known.life)], out)
      if (known.newest && known.newest.incarnation > incarnation)
        out.push({ type: 'send', to: peer, message: { t: 'adverts', adverts: [known.newest] } })
      return
    }
    const record = known ?? membership.admit(peer, certificate, incarnation, now)
    if (record === undefined) return
    record.onHello(certificate, addresses)
    record.connected = true
    record.linkLost = false
    this.#table.touch()
    if (known === undefined) membership.announce(record, now, out)
    const isNewLife = incarnation > record.incarnation
    adverts.onLife(record, incarnation, now, out)
    if (isNewLife) rumours.add(updateOf(peer, record.life))
    membership.watchExpiry(record, now, out)
    probes.onConnected(record, now, out)
    antiEntropy.onConnected(record, now, out)
    this.#greet(record, out)
  }

  onDisconnected(peer: PeerId, now: Millis, out: RosterEffect[]): void {
    const record = this.#table.find(peer)
    if (!record?.connected) return
    record.connected = false
    record.linkLost = true
    this.#table.touch()
    this.#parts.probes.onDisconnected(record, now, out)
  }

  /** Rumours end; who comes later hears here who is suspect, dead or gone. */
  #greet(record: MemberRecord, out: RosterEffect[]): void {
    const updates: MemberUpdate[] = []
    for (const { peer, life, isSelf } of this.#table.members()) {
      if (!isSelf && peer !== record.peer && life.state !== 'alive') updates.push(updateOf(peer, life))
      if (updates.length >= greetingsMax * limits.updatesMax) break
    }
    for (let i = 0; i < updates.length; i += limits.updatesMax) {
      this.#tell(record.peer, updates.slice(i, i + limits.updatesMax), out)
    }
  }

  #tell(peer: PeerId, updates: MemberUpdate[], out: RosterEffect[]): void {
    out.push({ type: 'send', to: peer, message: { t: 'ping', nonce: this.#parts.probes.freshNonce(), updates } })
  }
}
