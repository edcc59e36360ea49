import { decodeFrame, encodeFrames, type Frame, limits } from '@souk/wire'
import { copyPlain } from './plain-copy.ts'

/** Turns what a machine said into what can arrive: never the same objects. */
export interface Carriage {
  /** bytes carried so far; 0 where nothing is encoded */
  bytes: number
  /** the frame in one or more pieces */
  load(frame: Frame): Frame[]
}

/** Copies: fast, says nothing about sizes. */
export class CopyCarriage implements Carriage {
  bytes = 0

  load({ incarnation, load, messages }: Frame): Frame[] {
    const max = limits.messagesPerFrameMax
    if (messages.length <= max) return [copyPlain({ incarnation, load, messages })]
    const frames: Frame[] = []
    for (let at = 0; at < messages.length; at += max) {
      frames.push(copyPlain({ incarnation, load, messages: messages.slice(at, at + max) }))
    }
    return frames
  }
}

/** Through the real codec: what a peer may not say, by schema or by size, is reported. */
export class CodecCarriage implements Carriage {
  bytes = 0
  readonly #onRefused: (detail: string) => void

  constructor(onRefused: (detail: string) => void) {
    this.#onRefused = onRefused
  }

  load(frame: Frame): Frame[] {
    const { frames, tooLarge } = encodeFrames(frame)
    for (const message of tooLarge) this.#onRefused(`a message '${message.t}' is too large for any frame`)
    return frames.flatMap((bytes) => {
      this.bytes += bytes.length
      const decoded = decodeFrame(bytes)
      if (!decoded.ok) {
        this.#onRefused(`a frame does not decode: ${JSON.stringify(decoded)}`)
        return []
      }
      for (const rejected of decoded.value.rejected)
        this.#onRefused(`a message breaks its schema: ${JSON.stringify(rejected)}`)
      return [decoded.value.frame]
    })
  }
}
