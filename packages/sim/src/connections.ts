import type { Prng } from '@souk/kernel'
import type { Removal } from '@souk/wire'
import { between } from './distributions.ts'
import type { SimEvent } from './event.ts'
import type { Cut, Cuts } from './faults/cuts.ts'
import type { Links } from './links.ts'
import type { Network } from './network.ts'
import type { SimNode } from './node.ts'
import type { Stage } from './stage.ts'

/** Keeps the mesh connected: everyone with everyone, as far as crashes and cuts allow. */
export class Connections {
  readonly links: Links
  readonly cuts: Cuts
  readonly #stage: Stage
  readonly #network: Network
  readonly #prng: Prng

  constructor(stage: Stage, links: Links, network: Network, cuts: Cuts, prng: Prng) {
    this.#stage = stage
    this.#network = network
    this.cuts = cuts
    this.links = links
    this.#prng = prng
  }

  /** A connection stands between them, and both know it. */
  connected(a: SimNode, b: SimNode): boolean {
    return this.links.holds(a.index, b.index) && this.links.holds(b.index, a.index)
  }

  /** Starts to connect two nodes where nothing stands in the way and nobody tries yet. */
  consider(a: SimNode, b: SimNode): void {
    if (!a.alive || !b.alive || this.cuts.between(a.index, b.index)) return
    if (!this.links.attempt(a.index, b.index)) return
    this.#stage.push(this.#stage.now + between(this.#prng, this.#network.shape.connectMs), { kind: 'linkUp', a, b })
  }

  /** To all others: after a start. */
  considerAll(node: SimNode): void {
    for (const other of this.#stage.nodes) if (other !== node) this.consider(node, other)
  }

  /** An attempt is through. What stood in its way will call `consider` when it goes. */
  onUp(a: SimNode, b: SimNode): void {
    this.links.attemptEnded(a.index, b.index)
    if (!a.alive || !b.alive || this.cuts.between(a.index, b.index)) return
    const refused = [this.#refuses(a, b), this.#refuses(b, a)].includes(true)
    if (refused) return
    this.links.open(a.index, b.index)
    this.#network.reset(a.index, b.index)
    this.#tellUp(a, b)
    this.#tellUp(b, a)
  }

  /** What that frame came by still stands for who gets it. */
  brings(to: SimNode, from: SimNode, epoch: number): boolean {
    return this.links.epoch(to.index, from.index) === epoch && this.links.holds(to.index, from.index)
  }

  /** Whoever was removed from the mesh: this peer takes nothing of it any more, and closes once it was told so. */
  onExpel(node: SimNode, removal: Removal): void {
    node.expelled.set(removal.peer, removal)
    const peer = this.#stage.nodes[this.#stage.indexOf(removal.peer) ?? -1]
    if (peer?.id !== removal.peer) return
    const { life } = node
    this.#stage.later(0, () => {
      if (node.life !== life || peer.id !== removal.peer || !this.links.holds(node.index, peer.index)) return
      this.links.drop(node.index, peer.index)
      this.#stage.input(node, { type: 'disconnected', peer: removal.peer })
      if (this.links.holds(peer.index, node.index))
        this.#noticeLater(peer, node, between(this.#prng, this.#network.shape.noticeMs))
    })
  }

  /** One that was removed is not let in, and hears why by the mesh's own word. */
  #refuses(node: SimNode, peer: SimNode): boolean {
    const removal = node.expelled.get(peer.id)
    if (removal === undefined) return false
    this.#stage.input(peer, { type: 'remove', removal })
    return true
  }

  /** `id` is who it was connected to: the host may have another peer by now. */
  onDown({ node, peer, id, opened }: Extract<SimEvent, { kind: 'linkDown' }>): void {
    if (!this.links.holds(node.index, peer.index) || this.links.opened(node.index, peer.index) !== opened) return
    this.links.drop(node.index, peer.index)
    this.#stage.input(node, { type: 'disconnected', peer: id })
    this.consider(node, peer)
  }

  /** A node died: nothing more comes out of it, and the others notice in their time. */
  onCrash(node: SimNode, quiet: boolean): void {
    const { noticeMs, noticeQuietMs } = this.#network.shape
    for (const other of this.#stage.nodes) {
      if (other === node) continue
      this.links.drop(node.index, other.index)
      if (!this.links.holds(other.index, node.index)) continue
      this.links.cut(node.index, other.index)
      this.#noticeLater(other, node, between(this.#prng, quiet ? noticeQuietMs : noticeMs))
    }
  }

  /** A cut begins; connections across it that it outlasts are closed. */
  onCut(cut: Cut): void {
    this.cuts.add(cut)
    const { closeAfterMs } = this.#network.shape
    if (this.#stage.now + closeAfterMs < cut.untilMs) {
      this.#stage.later(closeAfterMs, () => this.#closeAcross())
    }
  }

  onHeal(cut: Cut): void {
    this.cuts.remove(cut)
    this.#pairs((a, b) => this.consider(a, b))
  }

  #closeAcross(): void {
    this.#pairs((a, b) => {
      if (!this.cuts.between(a.index, b.index)) return
      if (!this.links.holds(a.index, b.index) || !this.links.holds(b.index, a.index)) return
      this.links.cut(a.index, b.index)
      this.#noticeLater(a, b, between(this.#prng, this.#network.shape.noticeMs))
      this.#noticeLater(b, a, between(this.#prng, this.#network.shape.noticeMs))
    })
  }

  #noticeLater(node: SimNode, peer: SimNode, afterMs: number): void {
    const opened = this.links.opened(node.index, peer.index)
    const event: SimEvent = { kind: 'linkDown', node, life: node.life, peer, id: peer.id, opened }
    this.#stage.push(this.#stage.now + afterMs, event)
  }

  #tellUp(node: SimNode, peer: SimNode): void {
    if (!node.alive) return
    const { certificate, incarnation, proof } = peer
    this.#stage.input(node, {
      type: 'connected',
      peer: peer.id,
      certificate,
      incarnation,
      proof,
      addresses: [`/memory/${peer.id}`],
    })
  }

  #pairs(visit: (a: SimNode, b: SimNode) => void): void {
    const { nodes } = this.#stage
    for (let i = 0; i < nodes.length; i++) {
      for (let j = i + 1; j < nodes.length; j++) visit(nodes[i]!, nodes[j]!)
    }
  }
}
