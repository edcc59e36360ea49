import { type Static, Type } from '@sinclair/typebox'
import { BlobRef } from '@souk/wire'

/** The head of a transfer. get: the body follows the reply. push: the body follows a reply without `have`. */
export const BlobRequest = Type.Object({
  op: Type.Union([Type.Literal('get'), Type.Literal('push')]),
  blob: BlobRef,
})
export type BlobRequest = Static<typeof BlobRequest>

export const BlobReply = Type.Object({
  ok: Type.Boolean(),
  /** push: it is there already, send nothing */
  have: Type.Boolean(),
  code: Type.String({ maxLength: 64 }),
  message: Type.String({ maxLength: 1024 }),
})
export type BlobReply = Static<typeof BlobReply>

export const accepted: BlobReply = { ok: true, have: false, code: '', message: '' }

export function refusal(code: string, message: string): BlobReply {
  return { ok: false, have: false, code, message: message.slice(0, 1024) }
}
