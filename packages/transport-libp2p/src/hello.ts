import { type Static, Type } from '@sinclair/typebox'
import { Value } from '@sinclair/typebox/value'
import { CodedError } from '@souk/runtime'
import { Certificate, decodeValue, encodeValue, Incarnation, LifeProof, limits, Removal, wireVersion } from '@souk/wire'
import { addressesMax } from './dialer.ts'

/** Bytes of a hello or verdict, and of every message of the join and blob protocols. */
export const smallMessageBytesMax = 32 * 1024

export const Addresses = Type.Array(Type.String({ maxLength: limits.nameCharsMax }), { maxItems: addressesMax })

/** The first payload each way on a link. */
export const Hello = Type.Object({
  version: Type.Integer(),
  incarnation: Incarnation,
  /** its word for that life: who has heard one hello can prove to it, and to others, that it was */
  proof: LifeProof,
  certificate: Certificate,
  addresses: Addresses,
})
export type Hello = Static<typeof Hello>

/** The second: `ok`, or why the other side is refused. */
export const Verdict = Type.Object({
  ok: Type.Boolean(),
  code: Type.String({ maxLength: 64 }),
  message: Type.String({ maxLength: 1024 }),
  /** the mesh's own word for it, where the other side was removed */
  removal: Type.Optional(Removal),
})
export type Verdict = Static<typeof Verdict>

export function encodeSmall(value: Hello | Verdict | object): Uint8Array {
  return encodeValue(value)
}

/** A small message from another peer. Throws `message-malformed`; never anything else. */
export function decodeSmall<T>(schema: { static: T } & object, bytes: Uint8Array): T {
  if (bytes.byteLength > smallMessageBytesMax) throw malformed(`${bytes.byteLength} bytes`)
  const decoded = decodeValue(bytes)
  if (!decoded.ok) throw malformed(decoded.detail)
  if (!Value.Check(schema as never, decoded.value)) throw malformed('a field is missing or of the wrong kind')
  return decoded.value as T
}

/** A hello; another version is told apart before its fields are judged. */
export function decodeHello(bytes: Uint8Array): Hello {
  const { version } = decodeSmall(Type.Object({ version: Type.Integer() }), bytes)
  if (version !== wireVersion) {
    const message = `the other peer speaks version ${version}, this one ${wireVersion}; install the same release on both`
    throw new CodedError('version-mismatch', message)
  }
  return decodeSmall(Hello, bytes)
}

function malformed(seen: string): CodedError {
  return new CodedError('message-malformed', `a message of the protocol was expected: ${seen}`)
}
