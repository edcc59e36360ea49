import { createHash } from 'node:crypto'
import { CodedError } from '@souk/runtime'
import type { BlobRef, PeerId } from '@souk/wire'

/** Throws `blob-mismatch` when a whole body is not what its name says. */
export function checkBody(from: PeerId, blob: BlobRef, body: Uint8Array): void {
  checkHash(from, blob, createHash('sha256').update(body).digest('hex'))
}

export function checkHash(from: PeerId, { hash }: BlobRef, found: string): void {
  if (found === hash) return
  throw new CodedError('blob-mismatch', `${from} sent other bytes than ${hash.slice(0, 12)} names; ask another peer`)
}
