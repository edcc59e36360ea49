import type { Stream, StreamCloseEvent, StreamMessageEvent } from '@libp2p/interface'
import type { Uint8ArrayList } from 'uint8arraylist'

export type Chunk = Uint8Array | Uint8ArrayList

/**
 * What a stream receives, chunk by chunk, with back-pressure: the stream is paused while more than `bytesMax` wait to
 * be read. (The stream's own iterator never pauses it and drops what is unread when the sender closes.)
 * Ends when the sender has closed its side; throws when the stream is reset or aborted.
 */
export async function* byteSource(stream: Stream, bytesMax: number): AsyncGenerator<Chunk> {
  const chunks: Chunk[] = []
  let buffered = 0
  let ended = stream.readableEnded
  let failure: Error | undefined
  let wake = () => {}

  const onMessage = (event: StreamMessageEvent) => {
    chunks.push(event.data)
    buffered += event.data.byteLength
    if (buffered >= bytesMax && stream.readStatus === 'readable') stream.pause()
    wake()
  }
  const onEnd = () => {
    ended = true
    wake()
  }
  const onClose = (event: StreamCloseEvent) => {
    failure = event.error
    // a paused stream may close with bytes that are still to be read; `end` follows them
    ended = ended || failure !== undefined || stream.readBufferLength === 0
    wake()
  }
  stream.addEventListener('message', onMessage)
  stream.addEventListener('end', onEnd)
  stream.addEventListener('close', onClose)
  if (stream.status !== 'open' && stream.readBufferLength === 0) ended = true

  try {
    for (;;) {
      const chunk = chunks.shift()
      if (chunk !== undefined) {
        buffered -= chunk.byteLength
        if (buffered < bytesMax / 2 && stream.readStatus === 'paused') stream.resume()
        yield chunk
      } else if (failure !== undefined) throw failure
      else if (ended) return
      else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  } finally {
    stream.removeEventListener('message', onMessage)
    stream.removeEventListener('end', onEnd)
    stream.removeEventListener('close', onClose)
  }
}
