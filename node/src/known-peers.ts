import { join } from 'node:path'
import type { Libp2pTransport } from '@souk/transport-libp2p'
import { type DataFolder, readJson, writeSecret } from './data-folder.ts'

/**
 * How often the file is brought up to date where there is something new: a peer that is killed has met others for at
 * least so long before it finds them again by itself.
 */
const saveMs = 1000
const peersMax = 256

interface KnownPeer {
  peer: string
  addresses: string[]
}

/** Where members were last reached, so that a peer that starts again finds them without help. */
export class KnownPeers {
  readonly #path: string
  readonly #transport: Libp2pTransport
  #timer: NodeJS.Timeout | undefined
  #written = ''

  constructor(folder: DataFolder, transport: Libp2pTransport) {
    this.#path = join(folder.path, 'peers.json')
    this.#transport = transport
  }

  /** Dials what is known, in the background; `addresses` are multiaddrs that end in /p2p/ID, or are tried once. */
  start(addresses: readonly string[], signal: AbortSignal): void {
    const known = (readJson(this.#path) as KnownPeer[] | undefined) ?? []
    for (const { peer, addresses: last } of known.slice(0, peersMax)) this.#transport.learn(peer, last)
    for (const address of addresses) {
      const peer = /\/p2p\/([^/]+)$/.exec(address)?.[1]
      if (peer !== undefined) this.#transport.learn(peer, [address])
      // A failure shows in the link's report; the reconnector goes on where the peer is known.
      else this.#transport.dial([address], signal).catch(() => {})
    }
    this.#timer = setInterval(() => this.save(), saveMs)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.save()
  }

  save(): void {
    const members = this.#transport
      .report()
      .filter((link) => link.certificateOk && link.addresses.length > 0)
      .slice(0, peersMax)
      .map(({ peer, addresses }): KnownPeer => ({ peer, addresses }))
    const text = JSON.stringify(members)
    if (members.length === 0 || text === this.#written) return
    try {
      writeSecret(this.#path, members)
      this.#written = text
    } catch {
      // A full or failing disk shows in the store's state; this file is written when there is room again.
    }
  }
}
