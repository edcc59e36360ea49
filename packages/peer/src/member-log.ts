import type { Member, RememberedMember } from '@souk/roster'
import type { Certificate, PeerId } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'
import { zoneLabel } from './zone-members.ts'

const prefix = 'member/'

/**
 * What the store of a peer that has just joined holds: the members it was told of, so that its first life counts them
 * already. Life 0: none of theirs was met, and whichever shows itself is newer.
 */
export function firstMembers(certificates: readonly Certificate[]): StoredEntry[] {
  return certificates.map((certificate) => {
    const value: RememberedMember = { certificate, incarnation: 0 }
    return { key: prefix + certificate.peer, value }
  })
}

/**
 * The members that this peer knows, on its disk. After a restart it knows how many there are before it meets any, and
 * which life of each it had met: one that comes back with less has lost what it promised since, and is shown its own
 * word for that life.
 */
export class MemberLog {
  /** what is on disk of each, in short */
  readonly #written = new Map<PeerId, string>()

  /** What the store holds. */
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

  /** What has to be written now that this member is as it is; undefined: nothing. */
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

/** Before lives were proven adverts had no proof; others would not take such a one. */
function readable({ advert, ...member }: RememberedMember): RememberedMember {
  return advert?.proof === undefined ? member : { ...member, advert }
}

/** Of an advert it matters of which life it is, and what decides which tasks the peer keeps. */
function shortOf({ certificate, incarnation, advert }: RememberedMember): string {
  const { custody = '', labels = {} } = advert?.offer ?? {}
  return [certificate.issuedWallMs, incarnation, advert?.incarnation ?? '', custody, labels[zoneLabel] ?? ''].join(' ')
}
