import { type Incarnation, type LoadStamp, limits, type Message, type PeerId } from '@souk/wire'
import type { Transport } from './ports.ts'

/**
 * Messages of one turn, by receiver: each gets one frame (more only over `messagesPerFrameMax`; what is too large
 * in bytes the transport splits, for it alone knows the encoded size).
 */
export class FrameOutbox {
  readonly #transport: Transport
  readonly #loadStamp: () => LoadStamp
  readonly #incarnation: Incarnation
  #messages = new Map<PeerId, Message[]>()
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

  flush(): void {
    if (this.empty) return
    const messages = this.#messages
    this.#messages = new Map()
    const load = this.#loadStamp()
    for (const [to, list] of messages) {
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
}
