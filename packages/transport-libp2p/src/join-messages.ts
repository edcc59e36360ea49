import { type Static, Type } from '@sinclair/typebox'
import { Certificate, limits, wireVersion } from '@souk/wire'
import { Addresses } from './hello.ts'

export const JoinRequest = Type.Object({
  version: Type.Integer(),
  secretId: Type.String({ minLength: 1, maxLength: 32 }),
  proof: Type.Uint8Array({ minByteLength: 32, maxByteLength: 32 }),
  /** the name that the joiner would like, for people */
  name: Type.String({ minLength: 1, maxLength: 64 }),
})
export type JoinRequest = Static<typeof JoinRequest>

export const JoinReply = Type.Object({
  ok: Type.Boolean(),
  code: Type.String({ maxLength: 64 }),
  message: Type.String({ maxLength: 1024 }),
  certificate: Type.Optional(Certificate),
  /** for new admins only: the mesh's signing key, protobuf-encoded */
  signingKey: Type.Optional(Type.Uint8Array({ maxByteLength: 256 })),
  /** of members, the inviter first */
  addresses: Addresses,
  /** whom the inviter knows, itself first; a release from before this field neither sends nor reads it */
  members: Type.Optional(Type.Array(Certificate, { maxItems: limits.introducedMax })),
})
export type JoinReply = Static<typeof JoinReply>

export const joinVersion = wireVersion
