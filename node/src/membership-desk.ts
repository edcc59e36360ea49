import { CodedError } from '@souk/runtime'
import type { LmdbRecords } from '@souk/store-lmdb'
import {
  encodeInvitation,
  type Invitations,
  type IssuedInvitation,
  Invitations as IssuedInvitations,
  issueCertificate,
  issueRemoval,
  type JoinAnswer,
  type JoinApplication,
  type Mesh,
} from '@souk/transport-libp2p'
import type { Certificate, PeerId, Removal, Role } from '@souk/wire'

const invitationsKey = 'self/invitations'

/** How long an invitation is good for when nobody says. */
export const invitationMsDefault = 15 * 60_000

const removedText =
  'this peer was removed from the mesh for good; its host can join as a new peer: souk reset there, then souk join with this invitation'

/**
 * Gives out invitations of a mesh, makes members of those who come with one, and ends memberships. Needs the mesh's signing
 * key.
 */
export class MembershipDesk {
  readonly #records: LmdbRecords
  readonly #self: PeerId
  readonly #mesh: Mesh
  readonly #addresses: () => string[]
  readonly #members: () => readonly Certificate[]
  readonly #removed: (peer: PeerId) => boolean
  readonly #invitations: Invitations

  /** `members`: whom the new ones have to know, this peer first; `removed`: who can be no member any more. */
  constructor(options: {
    records: LmdbRecords
    self: PeerId
    mesh: Mesh
    addresses: () => string[]
    members: () => readonly Certificate[]
    removed: (peer: PeerId) => boolean
  }) {
    this.#records = options.records
    this.#self = options.self
    this.#mesh = options.mesh
    this.#addresses = options.addresses
    this.#members = options.members
    this.#removed = options.removed
    this.#invitations = new IssuedInvitations((options.records.get(invitationsKey) as IssuedInvitation[]) ?? [])
  }

  get open(): boolean {
    return this.#mesh.signingKey !== undefined
  }

  /** The line for one host; durable before it resolves. Rejects with `not-admin` or `invitations-full`. */
  async invite(options: {
    role?: Role
    uses?: number
    validMs?: number
  }): Promise<{ line: string; expiresAt: string }> {
    if (this.#mesh.signingKey === undefined) {
      throw new CodedError(
        'not-admin',
        'this peer may not invite: it does not hold the key of the mesh. Run `souk invite` on an admin (see `souk peers`).',
      )
    }
    const wallMs = Date.now()
    const expiresWallMs = wallMs + (options.validMs ?? invitationMsDefault)
    const role = options.role ?? 'host'
    const uses = options.uses === undefined ? {} : { uses: options.uses }
    const issued = this.#invitations.issue({ role, wallMs, expiresWallMs, ...uses })
    await this.#store()
    const line = encodeInvitation({
      meshName: this.#mesh.name,
      meshPublicKey: this.#mesh.publicKey,
      psk: this.#mesh.psk,
      addresses: this.#addresses(),
      secretId: issued.secretId,
      secret: issued.secret,
      role,
      expiresWallMs,
    })
    return { line, expiresAt: new Date(expiresWallMs).toISOString() }
  }

  /** Redeems an invitation: what was used up is on disk before the certificate leaves. */
  async onJoin(application: JoinApplication): Promise<JoinAnswer> {
    const { signingKey } = this.#mesh
    if (signingKey === undefined) {
      return { code: 'invitation-unknown', message: 'this peer takes no joiners; use the invitation of another' }
    }
    // Its certificate would be worth nothing, and the invitation used up.
    if (this.#removed(application.peer)) return { code: 'peer-removed', message: removedText }
    const wallMs = Date.now()
    const redeemed = this.#invitations.redeem({ ...application, joiner: application.peer, inviter: this.#self, wallMs })
    if (!redeemed.ok) return { code: redeemed.code, message: redeemed.message }
    await this.#store()
    const fields = { peer: application.peer, role: redeemed.role, name: application.name }
    const certificate = await issueCertificate(signingKey, { ...fields, issuedWallMs: wallMs, expiresWallMs: 0 })
    const members = this.#members()
    return redeemed.role === 'admin' ? { certificate, signingKey, members } : { certificate, members }
  }

  /** The mesh's word that this peer is a member no more. Rejects with `not-admin`. */
  async removal(peer: PeerId): Promise<Removal> {
    if (this.#mesh.signingKey === undefined) {
      throw new CodedError(
        'not-admin',
        'this peer may not remove others: it does not hold the key of the mesh. Run `souk remove` on an admin (see `souk peers`).',
      )
    }
    return await issueRemoval(this.#mesh.signingKey, peer, Date.now())
  }

  async #store(): Promise<void> {
    await this.#records.write([{ key: invitationsKey, value: this.#invitations.toJSON() }])
  }
}
