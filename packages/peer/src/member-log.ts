import type { Member, RememberedMember } from '@souk/roster'
import type { Certificate, PeerId } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'
import { zoneLabel } from './zone-members.ts'

const prefix = 'member/'

/**
 * Store entries for a peer that has just joined: the members it was told of, so that its first life already counts them.
 * Incarnation 0: no life of theirs was met, so any that shows itself is newer.
 */
export function firstMembers(certificates: readonly Certificate[]): StoredEntry[] {
  return certificates.map((certificate) => {
    const value: RememberedMember = { certificate, incarnation: 0 }
    return { key: prefix + certificate.peer, value }
  })
}

/**
 * The members that this peer knows, on its disk. After a restart it knows how many there are before it meets any, and which
 * life of each it had met: a peer that comes back with an older life has lost its later promises, and is shown the proof
 * that it signed for the later one.
 */
export class MemberLog {
  /** digest of what is on disk of each member */
  readonly #written = new Map<PeerId, string>()

  /** The members that the store holds. */
  load(stored: readonly StoredEntry[]): RememberedMember[] {
    const members: RememberedMember[] = []
    for (const { key, value } of stored) {
      if (!key.startsWith(prefix)) continue
      const member = readable(value as RememberedMember)
      this.#written.set(member.certificate.peer, shortOf(member))
      members.push(member)
    }
    return members
  }

  /** The write that brings the disk up to date with this member, or without one forgets it; undefined: none is needed. */
  decide(
    peer: PeerId,
    member: Pick<Member, 'certificate' | 'incarnation' | 'proof' | 'newest'> | undefined,
  ): Write | undefined {
    if (!member) {
      return this.#written.delete(peer) ? { key: prefix + peer, value: undefined } : undefined
    }
    const { certificate, incarnation, proof, newest: advert } = member
    const life = { certificate, incarnation, proof }
    const value: RememberedMember = advert ? { ...life, advert } : life
    const short = shortOf(value)
    if (this.#written.get(peer) === short) return undefined
    this.#written.set(peer, short)
    return { key: prefix + peer, value }
  }
}

/** Drops an advert without proof, from a store of an older version: other peers would not take it. */
function readable({ advert, ...member }: RememberedMember): RememberedMember {
  return advert?.proof === undefined ? member : { ...member, advert }
}

/** Of an advert only its life and what decides which tasks the peer keeps (custody, zone): other changes are not written. */
function shortOf({ certificate, incarnation, advert }: RememberedMember): string {
  const { custody = '', labels = {} } = advert?.offer ?? {}
  return [certificate.issuedWallMs, incarnation, advert?.incarnation ?? '', custody, labels[zoneLabel] ?? ''].join(' ')
}
