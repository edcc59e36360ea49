import { generateKeyPair, privateKeyFromProtobuf, privateKeyToProtobuf } from '@libp2p/crypto/keys'
import type { Ed25519PrivateKey } from '@libp2p/interface'
import { peerIdFromPrivateKey } from '@libp2p/peer-id'
import { CodedError } from '@souk/runtime'
import type { PeerId } from '@souk/wire'

/** A peer's own key pair and the id that follows from it. */
export interface Identity {
  /** protobuf-encoded ed25519 private key: what the store keeps */
  privateKey: Uint8Array
  peer: PeerId
  key: Ed25519PrivateKey
}

/** A new peer. */
export async function createIdentity(): Promise<Identity> {
  return identityOf(await generateKeyPair('Ed25519'))
}

/** The peer of a stored key. Throws `identity-damaged`. */
export function loadIdentity(privateKey: Uint8Array): Identity {
  let key: ReturnType<typeof privateKeyFromProtobuf>
  try {
    key = privateKeyFromProtobuf(privateKey)
  } catch (cause) {
    throw damaged('does not decode', cause)
  }
  if (key.type !== 'Ed25519') throw damaged(`is of type ${key.type}`)
  return identityOf(key)
}

function identityOf(key: Ed25519PrivateKey): Identity {
  return { privateKey: privateKeyToProtobuf(key), peer: peerIdFromPrivateKey(key).toString(), key }
}

function damaged(seen: string, cause?: unknown): CodedError {
  const message = `the identity key in the store ${seen}; needed an ed25519 private key. Start over with a new data folder and join again.`
  return new CodedError('identity-damaged', message, { cause })
}
