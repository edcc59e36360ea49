import { createHash } from 'node:crypto'
import { peerIdFromString } from '@libp2p/peer-id'
import { BoundedMap, invariant } from '@souk/kernel'
import type { Credentials } from '@souk/runtime'
import {
  type Advert,
  type Certificate,
  type Incarnation,
  type LifeProof,
  type PeerId,
  type Removal,
  signableAdvert,
  signableCertificate,
  signableLife,
  signableRemoval,
} from '@souk/wire'
import { certificateFault, hasSignature } from './certificate.ts'
import type { Identity } from './identity.ts'
import { type Mesh, meshId, meshVerifyKey } from './mesh.ts'

/** Verified certificates and adverts remembered; above it the oldest are verified again (about 0.2 ms each). */
const verifiedMax = 4096

/** This peer's key and certificate, and the checks of everybody else's. */
export class MeshCredentials implements Credentials {
  readonly self: PeerId
  readonly certificate: Certificate
  readonly #identity: Identity
  readonly #meshId: string
  readonly #meshKey: ReturnType<typeof meshVerifyKey>
  readonly #wall: () => number
  /** by digest of all that was signed and the signature: nothing else can hit */
  readonly #certificates = new BoundedMap<string, true>(verifiedMax)
  /** the last verified advert of each peer, so that the driver's check after ours is free */
  readonly #adverts = new BoundedMap<PeerId, string>(verifiedMax)
  /** the last verified life of each peer: every advert of it carries the same proof */
  readonly #lives = new BoundedMap<PeerId, string>(verifiedMax)
  readonly #revoked = new Map<PeerId, Removal>()

  constructor(options: { identity: Identity; mesh: Mesh; certificate: Certificate; wall?: () => number }) {
    this.self = options.identity.peer
    this.certificate = options.certificate
    this.#identity = options.identity
    this.#meshId = meshId(options.mesh.publicKey)
    this.#meshKey = meshVerifyKey(options.mesh.publicKey)
    this.#wall = options.wall ?? Date.now
  }

  sign(advert: Advert): Advert {
    return { ...advert, signature: this.#sign(signableAdvert(advert)) }
  }

  signLife(incarnation: Incarnation): LifeProof {
    return this.#sign(signableLife(this.#meshId, this.self, incarnation))
  }

  async checkAdvert(advert: Advert): Promise<string | undefined> {
    const { peer, incarnation, proof } = advert
    const fault =
      (await this.checkCertificate(advert.certificate, peer)) ?? (await this.checkLife(peer, incarnation, proof))
    if (fault !== undefined) return fault
    const signed = signableAdvert(advert)
    const seen = digest(signed, advert.signature)
    if (this.#adverts.get(peer) === seen) return undefined
    const key = peerKey(peer)
    if (key === undefined || !(await hasSignature(key, signed, advert.signature))) return 'advert-signature'
    this.#adverts.push(peer, seen)
    return undefined
  }

  async checkLife(peer: PeerId, incarnation: Incarnation, proof: LifeProof): Promise<string | undefined> {
    const signed = signableLife(this.#meshId, peer, incarnation)
    const seen = digest(signed, proof)
    if (this.#lives.get(peer) === seen) return undefined
    const key = peerKey(peer)
    if (key === undefined || !(await hasSignature(key, signed, proof))) return 'life-signature'
    this.#lives.push(peer, seen)
    return undefined
  }

  async checkCertificate(certificate: Certificate, peer: PeerId): Promise<string | undefined> {
    if (this.#revoked.has(peer)) return 'certificate-revoked'
    const fault = certificateFault(this.#meshId, certificate, peer, this.#wall())
    if (fault !== undefined) return fault
    const signed = signableCertificate(certificate)
    const seen = digest(signed, certificate.signature)
    if (this.#certificates.has(seen)) return undefined
    if (!(await hasSignature(this.#meshKey, signed, certificate.signature))) return 'certificate-invalid'
    this.#certificates.push(seen, true)
    return undefined
  }

  #sign(signed: Uint8Array): Uint8Array {
    const signature = this.#identity.key.sign(signed)
    invariant(signature instanceof Uint8Array, 'ed25519 signatures are synchronous')
    return signature
  }

  async checkRemoval(removal: Removal): Promise<string | undefined> {
    const signed = signableRemoval(this.#meshId, removal)
    return (await hasSignature(this.#meshKey, signed, removal.signature)) ? undefined : 'removal-signature'
  }

  /** As many as a mesh may remove: none of them is forgotten. */
  revoke(removal: Removal): void {
    this.#revoked.set(removal.peer, removal)
  }

  /** By what a peer was revoked: what to tell it. */
  removalOf(peer: PeerId): Removal | undefined {
    return this.#revoked.get(peer)
  }
}

function digest(signed: Uint8Array, signature: Uint8Array): string {
  return createHash('sha256').update(signed).update(signature).digest('base64url')
}

/** Ed25519 ids carry their public key; any other id has none we accept. */
function peerKey(peer: PeerId) {
  try {
    const id = peerIdFromString(peer)
    return id.type === 'Ed25519' ? id.publicKey : undefined
  } catch {
    return undefined
  }
}
