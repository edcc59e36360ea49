import { SoukError } from './souk-error.ts'

/** Everything of a stream, at most `bytesMax`; code `answer-too-large` over it. */
export async function readAll(stream: AsyncIterable<Uint8Array>, bytesMax: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of stream) {
    size += chunk.byteLength
    if (size > bytesMax) {
      throw new SoukError('answer-too-large', `the answer has more than ${bytesMax} bytes, the most this client takes`)
    }
    chunks.push(chunk)
  }
  const out = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    out.set(chunk, at)
    at += chunk.byteLength
  }
  return out
}
