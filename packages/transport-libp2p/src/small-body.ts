import { CodedError } from '@souk/runtime'
import type { BlobRef } from '@souk/wire'

/** All of a small blob. Throws `blob-mismatch` when it has another size than its name says. */
export async function gatherBody(data: AsyncIterable<Uint8Array>, { sizeBytes }: BlobRef): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let got = 0
  for await (const chunk of data) {
    got += chunk.byteLength
    if (got > sizeBytes) break
    chunks.push(chunk)
  }
  if (got !== sizeBytes) throw new CodedError('blob-mismatch', sizeMismatch(got, sizeBytes))
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)
}

/** A body as a stream of one piece. */
export async function* oneBody(body: Uint8Array): AsyncGenerator<Uint8Array> {
  yield body
}

export function sizeMismatch(got: number, named: number): string {
  return got > named
    ? `the blob has more than the ${named} bytes that its name says`
    : `the blob has ${got} bytes, its name says ${named}`
}
