import { createHash, createPublicKey, type KeyObject, randomBytes, verify } from 'node:crypto'
import type { ApiRole } from '@souk/client'
import { BoundedMap } from '@souk/kernel'
import { issueCertificate, type Mesh, meshId } from '@souk/transport-libp2p'
import { type Certificate, decodeValue, encodeValue, signableCertificate } from '@souk/wire'

const prefix = 'souk-key-'
/** Names of token holders; no peer id begins so, hence a token is no membership. */
const holderPrefix = 'client-'
const tokenCharsMax = 4096
/** Verified tokens remembered: each is checked with every request. Above it the oldest are verified again. */
const verifiedMax = 256
/** What stands before the 32 bytes of an ed25519 public key in its DER form (RFC 8410). */
const derPrefix = Buffer.from('302a300506032b6570032100', 'hex')
const apiRoles: readonly string[] = ['admin', 'submit', 'observe']

/**
 * An API token that every peer of the mesh accepts: a certificate, signed by the mesh, for somebody who is no peer.
 * `expiresWallMs` 0: it does not expire.
 */
export async function issueToken(
  signingKey: Uint8Array,
  options: { role: ApiRole; name: string; expiresWallMs: number; wallMs: number },
): Promise<string> {
  const certificate = await issueCertificate(signingKey, {
    peer: holderPrefix + randomBytes(12).toString('hex'),
    role: options.role,
    name: options.name,
    issuedWallMs: options.wallMs,
    expiresWallMs: options.expiresWallMs,
  })
  return prefix + Buffer.from(encodeValue(certificate)).toString('base64url')
}

/** Checks tokens that the mesh issued. Synchronous, and never throws whatever the token is. */
export class MeshTokens {
  readonly #meshId: string
  readonly #key: KeyObject
  readonly #wall: () => number
  /** by digest of the token */
  readonly #verified = new BoundedMap<string, Certificate>(verifiedMax)

  constructor(mesh: Pick<Mesh, 'publicKey'>, wall: () => number) {
    this.#meshId = meshId(mesh.publicKey)
    this.#key = createPublicKey({ key: Buffer.concat([derPrefix, mesh.publicKey]), format: 'der', type: 'spki' })
    this.#wall = wall
  }

  /** What the token may do; undefined: nothing. */
  check(token: string): { role: ApiRole } | undefined {
    if (!token.startsWith(prefix) || token.length > tokenCharsMax) return undefined
    const seen = createHash('sha256').update(token).digest('base64url')
    let certificate = this.#verified.get(seen)
    if (certificate === undefined) {
      certificate = this.#read(token)
      if (certificate === undefined) return undefined
      this.#verified.push(seen, certificate)
    }
    const { expiresWallMs, role } = certificate
    if (expiresWallMs !== 0 && expiresWallMs <= this.#wall()) return undefined
    return { role: role as ApiRole }
  }

  #read(token: string): Certificate | undefined {
    try {
      const decoded = decodeValue(new Uint8Array(Buffer.from(token.slice(prefix.length), 'base64url')))
      if (!decoded.ok) return undefined
      const certificate = decoded.value as Certificate
      if (!verify(null, signableCertificate(certificate), this.#key, certificate.signature)) return undefined
      // Signed by the mesh, so its fields are what they should be; but it may be a peer's, or another mesh's.
      const fits = certificate.mesh === this.#meshId && certificate.peer.startsWith(holderPrefix)
      return fits && apiRoles.includes(certificate.role) ? certificate : undefined
    } catch {
      return undefined
    }
  }
}
