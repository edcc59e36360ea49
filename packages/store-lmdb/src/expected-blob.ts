import { CodedError } from '@souk/runtime'
import type { BlobRef } from '@souk/wire'

/** Throws `blob-mismatch`. */
export function checkExpected(ref: BlobRef, expected: BlobRef | undefined): void {
  if (!expected || (expected.hash === ref.hash && expected.sizeBytes === ref.sizeBytes)) return
  throw new CodedError(
    'blob-mismatch',
    `Expected the blob ${expected.hash} of ${expected.sizeBytes} bytes, got ${ref.hash} of ${ref.sizeBytes} bytes. Ask another peer for it.`,
  )
}
