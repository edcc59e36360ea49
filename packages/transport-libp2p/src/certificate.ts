import type { PublicKey } from '@libp2p/interface'
import {
  type Certificate,
  type PeerId,
  type Removal,
  type Role,
  signableCertificate,
  signableRemoval,
} from '@souk/wire'
import { meshId, meshSigningKey, meshVerifyKey } from './mesh.ts'

export interface CertificateFields {
  peer: PeerId
  role: Role
  /** the member's name for people, 1-64 characters */
  name: string
  issuedWallMs: number
  /** 0 = does not expire */
  expiresWallMs: number
}

/** Makes a member of `peer`. Only admins hold the signing key (`Mesh.signingKey`). */
export async function issueCertificate(signingKey: Uint8Array, fields: CertificateFields): Promise<Certificate> {
  const key = meshSigningKey(signingKey)
  const unsigned = { ...fields, mesh: meshId(key.publicKey.raw), signature: new Uint8Array() }
  return { ...unsigned, signature: await key.sign(signableCertificate(unsigned)) }
}

/** The mesh's word that a peer is no member any more, for good. */
export async function issueRemoval(signingKey: Uint8Array, peer: PeerId, wallMs: number): Promise<Removal> {
  const key = meshSigningKey(signingKey)
  const signed = signableRemoval(meshId(key.publicKey.raw), { peer, wallMs })
  return { peer, wallMs, signature: await key.sign(signed) }
}

/** Checks everything about a certificate but revocation: undefined when good, else the reason code. */
export async function verifyCertificate(
  meshPublicKey: Uint8Array,
  certificate: Certificate,
  peer: PeerId,
  wallMs: number,
): Promise<CertificateFault | undefined> {
  const fault = certificateFault(meshId(meshPublicKey), certificate, peer, wallMs)
  if (fault !== undefined) return fault
  return (await hasSignature(meshVerifyKey(meshPublicKey), signableCertificate(certificate), certificate.signature))
    ? undefined
    : 'certificate-invalid'
}

export type CertificateFault =
  | 'certificate-other-mesh'
  | 'certificate-other-peer'
  | 'certificate-expired'
  | 'certificate-invalid'
  | 'certificate-revoked'

/** What can be seen without the signature. */
export function certificateFault(
  mesh: string,
  certificate: Certificate,
  peer: PeerId,
  wallMs: number,
): CertificateFault | undefined {
  if (certificate.mesh !== mesh) return 'certificate-other-mesh'
  if (certificate.peer !== peer) return 'certificate-other-peer'
  if (certificate.expiresWallMs !== 0 && certificate.expiresWallMs <= wallMs) return 'certificate-expired'
  return undefined
}

/** False for a signature that is not one, whatever it is. */
export async function hasSignature(key: PublicKey, data: Uint8Array, signature: Uint8Array): Promise<boolean> {
  try {
    return await key.verify(data, signature)
  } catch {
    return false
  }
}

/** One line for people about a fault of `peer`'s certificate. */
export function certificateText(code: string, peer: PeerId): string {
  const about: Record<string, string> = {
    'certificate-other-mesh': 'its certificate is of another mesh; it needs an invitation to this one',
    'certificate-other-peer': 'its certificate names another peer; it must join under its own key',
    'certificate-expired': 'its certificate has expired; it must join again with a new invitation',
    'certificate-invalid': 'its certificate is not signed by this mesh; it must join with an invitation',
    'certificate-revoked':
      'it was removed from this mesh; its host can join again as a new peer (souk reset, then souk join)',
  }
  return `${peer}: ${about[code] ?? code}`
}
