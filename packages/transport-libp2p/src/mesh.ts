import { createHash, randomBytes } from 'node:crypto'
import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf, publicKeyFromRaw } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey, PublicKey } from '@libp2p/interface'

/** A mesh as a peer knows it; kept in the peer's store. */
export interface Mesh {
  /** for people; two meshes may share it */
  name: string
  /** raw ed25519 public key of the mesh, 32 bytes: certificates are checked against it */
  publicKey: Uint8Array
  /** pre-shared network key, 32 bytes: who lacks it cannot even talk to a member */
  psk: Uint8Array
  /** protobuf-encoded private key; only admins have it */
  signingKey?: Uint8Array
}

const networkKeyBytes = 32

/** A new mesh: name, network key and signing key. The caller keeps it safe (0600). */
export async function createMesh(name: string): Promise<Mesh> {
  const key = await generateKeyPair('Ed25519')
  return {
    name,
    publicKey: key.publicKey.raw,
    psk: new Uint8Array(randomBytes(networkKeyBytes)),
    signingKey: privateKeyToProtobuf(key),
  }
}

/** The name that certificates carry: the mesh key itself, so that it cannot be claimed by another mesh. */
export function meshId(publicKey: Uint8Array): string {
  return Buffer.from(publicKey).toString('base64url')
}

export function meshVerifyKey(publicKey: Uint8Array): PublicKey {
  return publicKeyFromRaw(publicKey)
}

export function meshSigningKey(bytes: Uint8Array): Ed25519PrivateKey {
  const key = privateKeyFromProtobuf(bytes)
  if (key.type !== 'Ed25519') throw new Error(`mesh signing key is ${key.type}, needed Ed25519`)
  return key
}

/** The text form that libp2p's private networks expect. */
export function networkKeyText(psk: Uint8Array): Uint8Array {
  return new TextEncoder().encode(`/key/swarm/psk/1.0.0/\n/base16/\n${Buffer.from(psk).toString('hex')}`)
}

/** The mDNS service of this mesh: others on the same network do not see it, and the mesh key cannot be read from it. */
export function discoveryTag(mesh: Pick<Mesh, 'publicKey' | 'psk'>): string {
  const digest = createHash('sha256').update('souk-mdns').update(mesh.publicKey).update(mesh.psk).digest('hex')
  return `_souk-${digest.slice(0, 8)}._udp.local`
}
