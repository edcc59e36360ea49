import { randomBytes, timingSafeEqual } from 'node:crypto'
import { CodedError } from '@souk/runtime'
import type { PeerId, Role } from '@souk/wire'
import { askAgain, invitationProof } from './invitation.ts'

/** An invitation as its inviter remembers it; plain data for the store. */
export interface IssuedInvitation {
  secretId: string
  secret: Uint8Array
  role: Role
  /** members it may still make */
  usesLeft: number
  /** who used it; the same peer may ask again (its answer may have been lost) */
  usedBy: PeerId[]
  issuedWallMs: number
  /** 0 = does not expire */
  expiresWallMs: number
}

/** Invitations remembered; used and expired ones make room. Too low: `souk invite` says invitations-full. */
const invitationsMax = 1024
const usesMax = 1000
/** A used or expired invitation is remembered so long, so that a late joiner is told what is wrong. */
const rememberedMs = 7 * 24 * 3600 * 1000

export type Redemption = { ok: true; role: Role } | { ok: false; code: RedemptionCode; message: string }
type RedemptionCode = 'invitation-unknown' | 'invitation-forged' | 'invitation-expired' | 'invitation-used'

/** The invitations that this peer gave out. The caller stores `toJSON()` before it answers a joiner. */
export class Invitations {
  readonly #issued = new Map<string, IssuedInvitation>()

  constructor(stored: IssuedInvitation[] = []) {
    for (const invitation of stored) this.#issued.set(invitation.secretId, { ...invitation })
  }

  /** A new one. Throws `invitations-full`. */
  issue(options: { role: Role; uses?: number; wallMs: number; expiresWallMs: number }): IssuedInvitation {
    this.#forget(options.wallMs)
    if (this.#issued.size >= invitationsMax) {
      throw new CodedError(
        'invitations-full',
        `${invitationsMax} invitations are open. Wait until some are used or expire.`,
      )
    }
    const invitation: IssuedInvitation = {
      secretId: randomBytes(6).toString('base64url'),
      secret: new Uint8Array(randomBytes(16)),
      role: options.role,
      usesLeft: Math.max(1, Math.min(usesMax, options.uses ?? 1)),
      usedBy: [],
      issuedWallMs: options.wallMs,
      expiresWallMs: options.expiresWallMs,
    }
    this.#issued.set(invitation.secretId, invitation)
    return { ...invitation }
  }

  /** Uses one up for `joiner`, or says why not. */
  redeem(request: {
    secretId: string
    proof: Uint8Array
    joiner: PeerId
    inviter: PeerId
    wallMs: number
  }): Redemption {
    const known = this.#issued.get(request.secretId)
    if (known === undefined) return refuse('invitation-unknown', 'this peer gave out no such invitation')
    const proof = invitationProof(known.secret, known.secretId, request.joiner, request.inviter)
    if (proof.length !== request.proof.length || !timingSafeEqual(proof, request.proof)) {
      return refuse('invitation-forged', 'the secret of the invitation is wrong')
    }
    if (known.usedBy.includes(request.joiner)) return { ok: true, role: known.role }
    if (known.expiresWallMs !== 0 && known.expiresWallMs <= request.wallMs) {
      return refuse('invitation-expired', `the invitation expired at ${new Date(known.expiresWallMs).toISOString()}`)
    }
    if (known.usesLeft === 0) return refuse('invitation-used', 'the invitation has been used already')
    known.usesLeft--
    known.usedBy.push(request.joiner)
    return { ok: true, role: known.role }
  }

  /** For the store. */
  toJSON(): IssuedInvitation[] {
    return [...this.#issued.values()].map((invitation) => ({ ...invitation, usedBy: [...invitation.usedBy] }))
  }

  #forget(wallMs: number): void {
    for (const [id, invitation] of this.#issued) {
      const expired = invitation.expiresWallMs !== 0 && invitation.expiresWallMs + rememberedMs <= wallMs
      const used = invitation.usesLeft === 0 && invitation.issuedWallMs + rememberedMs <= wallMs
      if (expired || used) this.#issued.delete(id)
    }
  }
}

function refuse(code: RedemptionCode, seen: string): Redemption {
  return { ok: false, code, message: `${seen}. ${askAgain}` }
}
