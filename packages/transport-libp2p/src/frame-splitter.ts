import { CodedError } from '@souk/runtime'
import { Uint8ArrayList } from 'uint8arraylist'
import type { Chunk } from './byte-source.ts'

/** Every payload on a link is preceded by its length, u32 big-endian. Length 0 is a heartbeat. */
export const prefixBytes = 4

/**
 * Cuts a stream of bytes into payloads: a stage for `pipe`. Yields what each chunk completed, so that a burst of small
 * frames costs one turn. A length over `bytesMax` throws `frame-too-large` before any of it is kept, so this holds at
 * most one payload and one chunk.
 */
export function splitPayloads(bytesMax: number) {
  return async function* (source: AsyncIterable<Chunk>): AsyncGenerator<Uint8Array[]> {
    const pending = new Uint8ArrayList()
    for await (const chunk of source) {
      pending.append(chunk)
      const payloads: Uint8Array[] = []
      let oversize = 0
      while (pending.byteLength >= prefixBytes) {
        const size = pending.getUint32(0)
        if (size > bytesMax) {
          oversize = size
          break
        }
        if (pending.byteLength < prefixBytes + size) break
        payloads.push(pending.subarray(prefixBytes, prefixBytes + size))
        pending.consume(prefixBytes + size)
      }
      // an empty list still tells the reader that something arrived
      yield payloads
      if (oversize > 0) {
        throw new CodedError(
          'frame-too-large',
          `a frame of ${oversize} bytes was announced, at most ${bytesMax} are taken`,
        )
      }
    }
  }
}
