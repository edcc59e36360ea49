import type { Millis } from '@souk/kernel'
import type { MemberUpdate, PeerId, Removal, RosterMessage } from '@souk/wire'
import type { Adverts } from './adverts.ts'
import type { AntiEntropy } from './anti-entropy.ts'
import type { RosterEffect } from './effects.ts'
import type { RosterInput } from './inputs.ts'
import { mayBeTold, updateOf } from './life.ts'
import type { MemberRecord } from './member.ts'
import type { MemberTable } from './member-table.ts'
import type { Membership } from './membership.ts'
import { type Probes, toldMax } from './probes.ts'
import { removalMessages } from './removals.ts'
import type { Rumours } from './rumours.ts'

interface Parts {
  table: MemberTable
  membership: Membership
  rumours: Rumours
  probes: Probes
  adverts: Adverts
  antiEntropy: AntiEntropy
}

/**
 * What a link that opens or closes says about the member at its other end; what a newcomer is told; and removals, which go
 * over all links. `Roster` calls it.
 */
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
    if (peer === this.#table.self || certificate.peer !== peer || membership.isVoid(certificate, now)) return
    const known = this.#table.find(peer)
    if (known !== undefined && incarnation < known.incarnation) {
      // An earlier life than is known: the link is not taken, and the peer is shown its own signature for the later one.
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

  /**
   * A message over a link that was not taken, since the peer began with an old store. It is told so again, as the first telling
   * may be lost; but not once this peer's store is known to be old itself: those two would tell each other for ever.
   */
  onUntaken(from: MemberRecord, message: RosterMessage, out: RosterEffect[]): void {
    const { membership, probes } = this.#parts
    const { self } = this.#table
    if ('updates' in message) {
      for (const update of message.updates)
        if (update.peer === self && mayBeTold(update)) membership.onProofOfSelf(update.incarnation)
    }
    const isOld = membership.seenOfSelf > this.#table.find(self)!.incarnation
    if (message.t === 'ping' && !isOld) probes.tell(from.peer, [updateOf(from.peer, from.life)], out)
  }

  /** Removals that are new go on to all connected members, the removed ones included. */
  onRemovals(removals: readonly Removal[], from: PeerId | undefined, out: RosterEffect[]): void {
    const others = this.#table.members().filter(({ peer, connected }) => connected && peer !== from)
    // The effects last: on `removed` the driver closes the link to that peer, which has to hear of it before.
    const news: RosterEffect[] = []
    const fresh = removals.filter((removal) => this.#parts.membership.onRemoval(removal, news))
    for (const message of removalMessages(fresh)) {
      for (const { peer } of others) out.push({ type: 'send', to: peer, message })
    }
    out.push(...news)
  }

  /** Tells a member that has just linked who is suspect, dead or gone: the rumours of that may have ended. */
  #greet(record: MemberRecord, out: RosterEffect[]): void {
    const updates: MemberUpdate[] = []
    for (const { peer, life, isSelf } of this.#table.members()) {
      if (!isSelf && peer !== record.peer && life.state !== 'alive') updates.push(updateOf(peer, life))
      if (updates.length >= toldMax) break
    }
    this.#parts.probes.tell(record.peer, updates, out)
  }
}
