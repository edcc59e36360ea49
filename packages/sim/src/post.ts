import { invariant } from '@souk/kernel'
import type { Advert, Frame, Message, PeerId } from '@souk/wire'
import { type Carriage, CodecCarriage } from './carriage.ts'
import type { Liar } from './faults/liar.ts'
import type { Links } from './links.ts'
import type { Network } from './network.ts'
import type { SimNode } from './node.ts'
import { copyPlain, freezePlain } from './plain-copy.ts'
import type { Stage } from './stage.ts'
import type { Watches } from './watch.ts'

/** Carries send and publish effects: gathers what one turn says to one peer into one frame. */
export class Post {
  readonly counters = { frames: 0, messages: 0, unconnected: 0, gossip: 0 }
  readonly #stage: Stage
  readonly #links: Links
  readonly #network: Network
  readonly #carriage: Carriage
  readonly #watches: Watches
  /** what a liar says is checked as a real driver checks it: what breaks a schema or a size never arrives */
  readonly #checked: Carriage = new CodecCarriage(() => {})
  /** nodes that lie, by index */
  readonly liars = new Map<number, Liar>()
  /** messages of this turn by receiver, and the receivers in the order they were first named */
  readonly #boxes: (Message[] | undefined)[]
  readonly #receivers: number[] = []

  constructor(stage: Stage, links: Links, network: Network, carriage: Carriage, watches: Watches) {
    this.#stage = stage
    this.#links = links
    this.#network = network
    this.#carriage = carriage
    this.#watches = watches
    this.#boxes = stage.nodes.map(() => undefined)
  }

  /** Puts a message into this turn's frame for its receiver. */
  add(from: SimNode, to: PeerId, message: Message): void {
    const index = this.#stage.indexOf(to)
    invariant(index !== undefined && to !== from.id, `${from.id} sends ${message.t} to ${to}`)
    if (this.#stage.nodes[index]!.id !== to) {
      // To a peer that is no more: another one has its place.
      this.counters.unconnected++
      return
    }
    const box = this.#boxes[index]
    if (box !== undefined) box.push(message)
    else {
      this.#boxes[index] = [message]
      this.#receivers.push(index)
    }
  }

  /** The turn is over: its frames leave. */
  flush(from: SimNode): void {
    for (const index of this.#receivers) {
      const messages = this.#boxes[index]!
      this.#boxes[index] = undefined
      const to = this.#stage.nodes[index]!
      if (this.#links.holds(from.index, index)) this.#send(from, to, messages)
      else this.counters.unconnected += messages.length
    }
    this.#receivers.length = 0
  }

  /** To everyone, by way of others. */
  publish(from: SimNode, advert: Advert): void {
    const shared = freezePlain(copyPlain(advert))
    const { now, nodes } = this.#stage
    for (const node of nodes) {
      if (node === from || !node.alive) continue
      const at = this.#network.gossip(from.index, node.index, now)
      if (at === undefined) continue
      this.counters.gossip++
      this.#stage.push(at, {
        kind: 'input',
        node,
        life: node.life,
        input: { type: 'gossip', advert: shared },
      })
    }
  }

  #send(from: SimNode, to: SimNode, messages: Message[]): void {
    this.counters.frames++
    this.counters.messages += messages.length
    const { now } = this.#stage
    const frame: Frame = { incarnation: from.incarnation, load: from.peer!.loadStamp(), messages }
    this.#watches.tell('onFrame', from, to, frame, now)
    const liar = this.liars.get(from.index)
    if (liar !== undefined) this.sayFalsely(from, to, liar.bend(messages))
    else this.#carry(from, to, this.#carriage.load(frame), now)
  }

  /** Sends what a liar says, as far as it gets past the receiver's driver. */
  sayFalsely(from: SimNode, to: SimNode, messages: Message[]): void {
    if (!this.#links.holds(from.index, to.index)) return
    const frame: Frame = { incarnation: from.incarnation, load: from.peer!.loadStamp(), messages }
    this.#carry(from, to, this.#checked.load(frame), this.#stage.now)
  }

  #carry(from: SimNode, to: SimNode, pieces: readonly Frame[], now: number): void {
    const epoch = this.#links.epoch(from.index, to.index)
    for (const piece of pieces) {
      let copies = 0
      for (const at of this.#network.send(from.index, to.index, now)) {
        const arriving = copies++ === 0 ? piece : copyPlain(piece)
        this.#stage.push(at, { kind: 'frame', node: to, life: to.life, from, epoch, frame: arriving })
      }
    }
  }
}
