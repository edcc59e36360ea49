import { type Static, Type } from '@sinclair/typebox'
import { BlobRef } from '@souk/wire'

/** Blobs of one request. Their answers must fit a small message. */
export const blobsPerRequestMax = 64
/** An answer's messages, all together; with four bytes each they stay well under a small message's limit. */
const messageCharsMax = 6000

/**
 * The protocol `/souk/blob/2`: a stream carries one request after another, until either side closes it.
 * get: a request, its replies, then the bodies of those that are `ok`, in the order asked for.
 * push: a request and its replies. Where one is `ok` and not `have`, the giver goes on: which of these follow (`given`),
 * their bodies, and then the replies once more, with what became of each.
 */
export const BlobRequest = Type.Object({
  op: Type.Union([Type.Literal('get'), Type.Literal('push')]),
  blobs: Type.Array(BlobRef, { minItems: 1, maxItems: blobsPerRequestMax }),
})
export type BlobRequest = Static<typeof BlobRequest>

const BlobReply = Type.Object({
  ok: Type.Boolean(),
  /** push: it is there already, send nothing */
  have: Type.Boolean(),
  code: Type.String({ maxLength: 64 }),
  message: Type.String({ maxLength: 1024 }),
})
export type BlobReply = Static<typeof BlobReply>

/** One for each blob of the request, in its order. */
export const BlobReplies = Type.Object({
  replies: Type.Array(BlobReply, { minItems: 1, maxItems: blobsPerRequestMax }),
})
export type BlobReplies = Static<typeof BlobReplies>

/** For each blob of a push: its body follows. Only where it was asked for, and not always (it cannot be read, say). */
export const BlobsGiven = Type.Object({
  given: Type.Array(Type.Boolean(), { minItems: 1, maxItems: blobsPerRequestMax }),
})

export const accepted: BlobReply = { ok: true, have: false, code: '', message: '' }
export const had: BlobReply = { ...accepted, have: true }

export function refusal(code: string, message: string): BlobReply {
  return { ok: false, have: false, code, message }
}

/** The answer to a request; long messages are cut, so that it can be sent. */
export function answer(replies: readonly BlobReply[]): BlobReplies {
  const charsMax = Math.min(1024, Math.floor(messageCharsMax / replies.length))
  return { replies: replies.map((reply) => ({ ...reply, message: reply.message.slice(0, charsMax) })) }
}

/** A push goes on with bodies. */
export function isWanted(reply: BlobReply): boolean {
  return reply.ok && !reply.have
}
