import { peerIdFromString } from '@libp2p/peer-id'
import type { PeerId } from '@souk/wire'
import type { AddressBook, KnownPeer } from './address-book.ts'
import type { Node } from './create-node.ts'
import { dialAny } from './dialer.ts'
import type { Links } from './links.ts'
import type { Tuning } from './tuning.ts'

export interface ReconnectorOptions {
  node: Node
  book: AddressBook
  links: Links
  tuning: Tuning
  now: () => number
  signal: AbortSignal
}

/** Dials the peers we know and are not linked with, a bounded number at a time, for as long as this peer runs. */
export class Reconnector {
  readonly #options: ReconnectorOptions
  readonly #dialling = new Set<PeerId>()
  #timer: NodeJS.Timeout | undefined

  constructor(options: ReconnectorOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.tick(), this.#options.tuning.reconnectTickMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  tick(): void {
    const { book, links, tuning, now } = this.#options
    const slots = Math.min(tuning.dialsInParallelMax - this.#dialling.size, tuning.linksMax - links.size)
    if (slots <= 0) return
    const busy = (peer: PeerId) => this.#dialling.has(peer) || links.get(peer) !== undefined
    for (const known of book.due(now(), slots, busy)) void this.#reach(known)
  }

  async #reach(known: KnownPeer): Promise<void> {
    const { node, book, links, tuning, now, signal } = this.#options
    const { peer } = known
    this.#dialling.add(peer)
    known.dialled = true
    try {
      const open = node.getConnections(peerIdFromString(peer))[0]
      const connection = open ?? (await dialAny(node, known.addresses, tuning.dialMsMax, signal))
      void links.onConnection(connection, signal)
      await links.whenOpen(peer, AbortSignal.any([signal, AbortSignal.timeout(2 * tuning.handshakeMsMax)]))
    } catch (error) {
      if (signal.aborted) return
      const { code, message } = error as { code?: unknown; message: string }
      const coded = typeof code === 'string'
      // a refusal has been entered by the link's end, with its longer pause; do not shorten it
      if (known.notBefore <= now()) {
        book.onFailure(peer, { code: coded ? code : 'no-link', message }, false, now())
      }
      // half a connection that leads to no link is of no use to either side
      if (!coded) for (const stale of node.getConnections(peerIdFromString(peer))) stale.close().catch(() => {})
    } finally {
      this.#dialling.delete(peer)
    }
  }
}
