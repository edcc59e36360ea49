import type { Millis } from '@souk/kernel'
import { type Incarnation, type LoadStamp, limits, type Message, type PeerId } from '@souk/wire'
import type { Transport } from './ports.ts'

/**
 * Time between two frames to one peer under load. A frame costs a system call and a cipher whatever is in it, so under
 * load they are what a peer does most.
 */
const paceMs = 1

/**
 * Frames to one peer that may leave before they are paced: about what one task needs (copy, quote, award, report), so
 * that a single task does not wait for this. More would let a busy peer send more and smaller frames.
 */
const unpacedFrames = 4

/**
 * Messages by receiver: those of a turn share a frame, and so do, after a few frames in short order, those of a
 * millisecond (more frames only over `messagesPerFrameMax`; what is too large in bytes the transport splits, for it alone
 * knows the encoded size).
 */
export class FrameOutbox {
  readonly #transport: Transport
  readonly #loadStamp: () => LoadStamp
  readonly #incarnation: Incarnation
  readonly #messages = new Map<PeerId, Message[]>()
  /** when a peer's frames would all have left, had each kept the pace; behind now: it has been quiet */
  readonly #pacedMs = new Map<PeerId, Millis>()
  framesOut = 0
  messagesOut = 0
  /** messages in frames that the transport did not take: not connected, or its buffer is full */
  messagesDropped = 0

  constructor(transport: Transport, incarnation: Incarnation, loadStamp: () => LoadStamp) {
    this.#transport = transport
    this.#incarnation = incarnation
    this.#loadStamp = loadStamp
  }

  get empty(): boolean {
    return this.#messages.size === 0
  }

  add(to: PeerId, message: Message): void {
    const list = this.#messages.get(to)
    if (list) list.push(message)
    else this.#messages.set(to, [message])
  }

  /** Sends what may leave at `now`; the time after which the rest may, if any. */
  flush(now: Millis): Millis | undefined {
    let rest: Millis | undefined
    for (const [to, list] of this.#messages) {
      const dueMs = (this.#pacedMs.get(to) ?? -Infinity) - (unpacedFrames - 1) * paceMs
      if (dueMs > now && list.length < limits.messagesPerFrameMax) rest = Math.min(rest ?? Infinity, dueMs)
      else this.#send(to, list, now)
    }
    return rest
  }

  /** Sends what there is for one peer, whose link is about to be closed. */
  flushTo(to: PeerId, now: Millis): void {
    const list = this.#messages.get(to)
    if (list) this.#send(to, list, now)
  }

  /** Sends everything: this peer is going. */
  flushAll(now: Millis): void {
    for (const [to, list] of this.#messages) this.#send(to, list, now)
  }

  #send(to: PeerId, list: Message[], now: Millis): void {
    this.#messages.delete(to)
    this.#pacedMs.set(to, Math.max(now, this.#pacedMs.get(to) ?? -Infinity) + paceMs)
    const load = this.#loadStamp()
    for (let from = 0; from < list.length; from += limits.messagesPerFrameMax) {
      const part =
        list.length <= limits.messagesPerFrameMax ? list : list.slice(from, from + limits.messagesPerFrameMax)
      this.framesOut++
      this.messagesOut += part.length
      const taken = this.#transport.send(to, { incarnation: this.#incarnation, load, messages: part })
      if (!taken) this.messagesDropped += part.length
    }
  }
}
