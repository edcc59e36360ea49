import { BoundedMap } from '@souk/kernel'
import { type Incarnation, type LifeProof, limits, type MemberUpdate, type PeerId } from '@souk/wire'
import type { Credentials } from './ports.ts'
import { sameBytes } from './same-bytes.ts'

/** Verified lives remembered, the newest of each peer: one for every member that there may be. */
const verifiedMax = limits.membersMax

/** What an update or a hello says of a life. */
type SaidLife = Pick<MemberUpdate, 'peer' | 'incarnation' | 'proof'>

/**
 * Which lives of others are proven. A life stays proven, whatever becomes of its peer's certificate: a proof says that it
 * was, not that its peer is a member.
 */
export class LifeChecks {
  readonly #credentials: Credentials
  readonly #verified = new BoundedMap<PeerId, { incarnation: Incarnation; proof: LifeProof }>(verifiedMax)

  constructor(credentials: Credentials) {
    this.#credentials = credentials
  }

  /** Nothing to check: it is known to be good, or claims to prove nothing, which the machine knows what to do with. */
  isKnown({ peer, incarnation, proof }: SaidLife): boolean {
    if (proof.length === 0) return true
    const known = this.#verified.get(peer)
    return known !== undefined && known.incarnation === incarnation && sameBytes(known.proof, proof)
  }

  /** Undefined when good, else the reason code. */
  async check({ peer, incarnation, proof }: SaidLife): Promise<string | undefined> {
    const code = await this.#credentials.checkLife(peer, incarnation, proof)
    if (code === undefined) this.learn({ peer, incarnation, proof })
    return code
  }

  /** One that was checked elsewhere. */
  learn({ peer, incarnation, proof }: SaidLife): void {
    if (incarnation >= (this.#verified.get(peer)?.incarnation ?? 0)) this.#verified.push(peer, { incarnation, proof })
  }
}
