import type { Member } from '@souk/roster'
import type { Certificate, PeerId } from '@souk/wire'
import type { Write } from './effects.ts'
import type { StoredEntry } from './inputs.ts'

const prefix = 'member/'

/** The members that this peer knows, on its disk: after a restart it knows how many there are before it meets any. */
export class MemberLog {
  /** when the certificate that is on disk was issued, by peer */
  readonly #known = new Map<PeerId, number>()

  /** What the store holds. */
  load(stored: readonly StoredEntry[]): Certificate[] {
    const certificates: Certificate[] = []
    for (const { key, value } of stored) {
      if (!key.startsWith(prefix)) continue
      const certificate = value as Certificate
      this.#known.set(certificate.peer, certificate.issuedWallMs)
      certificates.push(certificate)
    }
    return certificates
  }

  /** What has to be written now that this member is as it is; undefined: nothing. */
  decide(peer: PeerId, member: Pick<Member, 'state' | 'certificate'> | undefined): Write | undefined {
    if (!member || member.state === 'left') {
      return this.#known.delete(peer) ? { key: prefix + peer, value: undefined } : undefined
    }
    const { certificate } = member
    if (this.#known.get(peer) === certificate.issuedWallMs) return undefined
    this.#known.set(peer, certificate.issuedWallMs)
    return { key: prefix + peer, value: certificate }
  }
}
