import type { PeerHello, TransportEvents } from '@souk/runtime'
import type { Advert, Frame, PeerId } from '@souk/wire'

export type Heard =
  | ({ kind: 'connected'; peer: PeerId } & PeerHello)
  | { kind: 'disconnected'; peer: PeerId }
  | { kind: 'frame'; peer: PeerId; frame: Frame }
  | { kind: 'gossip'; advert: Advert }
  | { kind: 'rejected'; code: string }

/** Writes down what a transport tells, and lets a test wait for it. */
export class Ear implements TransportEvents {
  readonly heard: Heard[] = []
  #waiting: (() => void)[] = []

  connected(peer: PeerId, hello: PeerHello): void {
    this.#tell({ kind: 'connected', peer, ...hello })
  }

  disconnected(peer: PeerId): void {
    this.#tell({ kind: 'disconnected', peer })
  }

  frame(peer: PeerId, frame: Frame): void {
    this.#tell({ kind: 'frame', peer, frame })
  }

  gossip(advert: Advert): void {
    this.#tell({ kind: 'gossip', advert })
  }

  rejected(_from: PeerId | undefined, code: string): void {
    this.#tell({ kind: 'rejected', code })
  }

  /** Refusals are made by membership, speeds by the network: no part of the port's contract. */
  removed(): void {}

  transferred(): void {}

  all<K extends Heard['kind']>(kind: K): Extract<Heard, { kind: K }>[] {
    return this.heard.filter((h): h is Extract<Heard, { kind: K }> => h.kind === kind)
  }

  /** All of a kind, once there are so many. */
  async count<K extends Heard['kind']>(kind: K, count: number): Promise<Extract<Heard, { kind: K }>[]> {
    while (this.all(kind).length < count) await this.#next()
    return this.all(kind)
  }

  /** Every message that came, once there are so many. */
  async messages(count: number): Promise<Frame['messages']> {
    const all = () => this.all('frame').flatMap((h) => h.frame.messages)
    while (all().length < count) await this.#next()
    return all()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #tell(heard: Heard): void {
    this.heard.push(heard)
    for (const resolve of this.#waiting.splice(0)) resolve()
  }
}
