import type { Advert, Message, PeerId } from '@souk/wire'
import type { Credentials } from './ports.ts'

/** Signs this peer's adverts wherever they leave; each version once, however often it is sent. */
export class OwnAdvert {
  readonly #self: PeerId
  readonly #credentials: Credentials
  #signed: Advert | undefined

  constructor(credentials: Credentials) {
    this.#self = credentials.self
    this.#credentials = credentials
  }

  sign(advert: Advert): Advert {
    const last = this.#signed
    if (last && last.incarnation === advert.incarnation && last.seq === advert.seq) return last
    this.#signed = this.#credentials.sign(advert)
    return this.#signed
  }

  /** The message itself, or for `adverts` with our own among them a copy that carries it signed. */
  inMessage(message: Message): Message {
    if (message.t !== 'adverts' || !message.adverts.some((advert) => advert.peer === this.#self)) return message
    return { ...message, adverts: message.adverts.map((a) => (a.peer === this.#self ? this.sign(a) : a)) }
  }
}
