import { randomBytes } from 'node:crypto'
import { Prng } from '@souk/kernel'
import { CodedError, type Transport, type TransportEvents } from '@souk/runtime'
import { type Advert, type BlobRef, type Frame, type PeerId, wireVersion } from '@souk/wire'
import { AddressBook } from './address-book.ts'
import { Bandwidths } from './bandwidths.ts'
import { BlobClient } from './blob-client.ts'
import { BlobServer } from './blob-server.ts'
import { certificateText } from './certificate.ts'
import { createNode, type Node } from './create-node.ts'
import { addressesMax, dialAny } from './dialer.ts'
import { Gossip } from './gossip.ts'
import type { Hello } from './hello.ts'
import { JoinServer, takesNoJoiners } from './join-server.ts'
import type { Link, LinkEnd, Refusal } from './link.ts'
import { type LinkReport, linkReport, wayOf } from './link-report.ts'
import { Links } from './links.ts'
import { cannotListen, usefulAddresses } from './listen-addresses.ts'
import { Reconnector } from './reconnector.ts'
import { type Running, registerProtocols } from './running.ts'
import { surfacing } from './surfacing.ts'
import type { Libp2pTransportOptions } from './transport-options.ts'
import { defaultTuning, type Tuning } from './tuning.ts'

/** Peers over libp2p: one long-lived stream per pair, adverts by gossip, blobs on a few more streams. */
export class Libp2pTransport implements Transport {
  readonly self: PeerId
  readonly #options: Libp2pTransportOptions
  readonly #tuning: Tuning
  readonly #now: () => number
  readonly #book: AddressBook
  readonly #bandwidths: Bandwidths
  #events: TransportEvents | undefined
  #running: Running | undefined

  constructor(options: Libp2pTransportOptions) {
    this.self = options.identity.peer
    this.#options = options
    this.#tuning = { ...defaultTuning, ...options.tuning }
    this.#now = options.now ?? (() => performance.now())
    this.#bandwidths = new Bandwidths(this.#now, (peer, bytesPerMs) => this.#events?.transferred(peer, bytesPerMs))
    const prng = new Prng(randomBytes(8).toString('hex'), 'address-book')
    this.#book = new AddressBook(this.self, this.#tuning, prng)
  }

  /** Listens and begins to dial. Rejects with `cannot-listen` when no listen address can be had. */
  async start(events: TransportEvents, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    this.#events = surfacing(events)
    const stopping = new AbortController()
    const node = await createNode({
      ...this.#options,
      tuning: this.#tuning,
      isRemoved: (peer) => this.#isRemoved(peer),
      onDiscovered: (peer, addresses) => this.#onDiscovered(peer, addresses),
    })
    const running = this.#assemble(node, this.#events, stopping)
    this.#running = running
    await registerProtocols(running)
    try {
      await node.start()
    } catch (cause) {
      await this.stop()
      throw cannotListen(this.#options.listen, cause as Error)
    }
    if (signal.aborted) await this.stop()
    signal.throwIfAborted()
    running.gossip.start()
    running.links.start()
    running.reconnector.start()
    signal.addEventListener('abort', () => void this.stop(), { once: true, signal: stopping.signal })
  }

  async stop(): Promise<void> {
    const running = this.#running
    if (running === undefined) return
    this.#running = undefined
    running.reconnector.stop()
    running.links.stop()
    running.blobClient.stop()
    running.blobServer.stop()
    running.joinServer.stop()
    running.stopping.abort(new CodedError('stopping', 'this peer is stopping'))
    if (running.node.status === 'started') running.gossip.stop()
    await running.node.stop()
  }

  addresses(): string[] {
    return usefulAddresses(this.#running?.node.getMultiaddrs().map(String) ?? [])
  }

  send(to: PeerId, frame: Frame): boolean {
    const refusal = this.#running?.links.send(to, frame) ?? 'not-open'
    if (refusal !== 'message-too-large') return refusal === 'sent'
    this.#events?.rejected(this.self, refusal, `a message to ${to} is over the limit and was left out`)
    return true
  }

  publish(advert: Advert): void {
    this.#running?.gossip.publish(advert)
  }

  /**
   * Connects to whoever answers at one of the addresses, and waits until both have accepted each other.
   * Rejects with `cannot-reach`, `wrong-network-key`, a certificate's code, `version-mismatch` or `no-link`.
   */
  async dial(addresses: string[], signal: AbortSignal): Promise<PeerId> {
    const { node, links, stopping } = this.#needRunning()
    const either = AbortSignal.any([signal, stopping.signal])
    const connection = await dialAny(node, addresses, this.#tuning.dialMsMax, either)
    const peer = connection.remotePeer.toString()
    void links.onConnection(connection, stopping.signal)
    const within = AbortSignal.timeout(2 * this.#tuning.handshakeMsMax)
    try {
      return await links.whenOpen(peer, AbortSignal.any([either, within]))
    } catch (error) {
      either.throwIfAborted()
      if (error instanceof CodedError) throw error
      throw new CodedError('no-link', `${peer} was reached but did not greet; is it a peer of this mesh?`, {
        cause: error,
      })
    }
  }

  fetchBlob(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncIterable<Uint8Array> {
    const { blobClient, stopping } = this.#needRunning()
    return blobClient.fetch(from, blob, AbortSignal.any([signal, stopping.signal]))
  }

  async pushBlob(to: PeerId, blob: BlobRef, data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    const { blobClient, stopping } = this.#needRunning()
    await blobClient.push(to, blob, data, AbortSignal.any([signal, stopping.signal]))
  }

  /** Where a member may be reached; it is dialled from now on whenever there is no link to it. */
  learn(peer: PeerId, addresses: string[]): void {
    if (!this.#isRemoved(peer)) this.#book.learn(peer, addresses, this.#now())
  }

  /** Dials it no more (it has left). */
  forget(peer: PeerId): void {
    this.#book.forget(peer)
  }

  /** Closes every link to a peer and forgets where it is. One whose certificate was revoked is not dialled again, nor let in. */
  shut(peer: PeerId, code: string, message: string): void {
    this.#book.forget(peer)
    this.#running?.links.close(peer, code, message)
  }

  /** One line per peer that we know of, are connected to or linked with. */
  report(): LinkReport[] {
    const running = this.#running
    const connected = new Map(running?.node.getConnections().map((open) => [open.remotePeer.toString(), open]))
    const subscribed = running?.gossip.subscribers() ?? new Set()
    const known = this.#book.all().map((k) => k.peer)
    return [...new Set([...known, ...connected.keys()])].sort().map((peer) => {
      const link = running?.links.get(peer)
      const through = link?.connection ?? connected.get(peer)
      return linkReport(peer, this.#book.get(peer), {
        connected: connected.has(peer),
        way: through && wayOf(through.remoteAddr.toString()),
        streamOpen: link !== undefined,
        gossipSubscribed: subscribed.has(peer),
        bandwidth: this.#bandwidths.of(peer),
      })
    })
  }

  #needRunning(): Running {
    if (this.#running === undefined) throw new CodedError('stopping', 'this peer is not running')
    return this.#running
  }

  #assemble(node: Node, told: TransportEvents, stopping: AbortController): Running {
    const { credentials, blobs, onJoin } = this.#options
    const tuning = this.#tuning
    const now = this.#now
    const rejected = (peer: PeerId, code: string, detail: string) => told.rejected(peer, code, detail)
    const links = new Links({
      self: this.self,
      tuning,
      now,
      hello: () => this.#hello(),
      judge: async (hello, peer) => await this.#judge(hello, peer),
      events: {
        opened: (link) => this.#onOpened(link),
        frame: (link, frame) => told.frame(link.peer, frame),
        removed: (link, removal) => told.removed(link.peer, removal),
        rejected: (link, code, detail) => rejected(link.peer, code, detail),
        closed: (link, end, current) => this.#onClosed(link, end, current),
      },
    })
    const gossip = new Gossip({
      pubsub: node.services.pubsub,
      credentials,
      tuning,
      now,
      rejected,
      advert: (advert) => {
        this.learn(advert.peer, advert.addresses)
        told.gossip(advert)
      },
    })
    const blobClient = new BlobClient({
      connectionOf: (peer) => links.get(peer)?.connection,
      tuning,
      bandwidths: this.#bandwidths,
    })
    const admit = async (peer: PeerId, signal: AbortSignal) =>
      links.get(await links.whenOpen(peer, signal))?.hello?.certificate.role
    const blobServer = new BlobServer({ blobs, tuning, bandwidths: this.#bandwidths, admit, rejected })
    const joinServer = new JoinServer({
      onJoin: onJoin ?? takesNoJoiners,
      addresses: () => this.#memberAddresses(),
      rejected,
      tuning,
    })
    const reconnector = new Reconnector({ node, book: this.#book, links, tuning, now, signal: stopping.signal })
    return { node, links, gossip, blobClient, blobServer, joinServer, reconnector, stopping }
  }

  #hello(): Hello {
    const { credentials, incarnation } = this.#options
    const proof = credentials.signLife(incarnation)
    const { certificate } = credentials
    return { version: wireVersion, incarnation, proof, certificate, addresses: this.addresses() }
  }

  async #judge(hello: Hello, peer: PeerId): Promise<Refusal | undefined> {
    const { credentials } = this.#options
    const code = await credentials.checkCertificate(hello.certificate, peer)
    if (code !== undefined) return { code, message: certificateText(code, peer), removal: credentials.removalOf(peer) }
    const fault = await credentials.checkLife(peer, hello.incarnation, hello.proof)
    if (fault === undefined) return undefined
    return { code: fault, message: `${peer}: it did not sign that this is its life ${hello.incarnation}` }
  }

  #onOpened(link: Link): void {
    const { hello, connection, peer } = link
    if (hello === undefined) return
    const dialled = connection.direction === 'outbound' ? [connection.remoteAddr.toString()] : []
    this.learn(peer, [...dialled, ...hello.addresses])
    this.#book.onConnected(peer)
    const { certificate, incarnation, proof, addresses } = hello
    this.#events?.connected(peer, { certificate, incarnation, proof, addresses })
  }

  #onClosed(link: Link, end: LinkEnd, current: boolean): void {
    if (current && !end.refused) this.#book.onDisconnected(link.peer, this.#now())
    else this.#book.onFailure(link.peer, end, end.refused, this.#now())
    if (end.refused) link.connection.close().catch((error: Error) => link.connection.abort(error))
    if (current) this.#events?.disconnected(link.peer, end.code)
  }

  #isRemoved(peer: PeerId): boolean {
    return this.#options.credentials.removalOf(peer) !== undefined
  }

  #onDiscovered(peer: PeerId, addresses: string[]): void {
    if (this.#isRemoved(peer)) return
    const known = this.#book.learn(peer, addresses, this.#now())
    if (known !== undefined) known.discovered = true
  }

  #memberAddresses(): string[] {
    const others = this.#book
      .all()
      .filter((known) => known.member && this.#running?.links.get(known.peer) !== undefined)
    const first = others.flatMap((known) => known.addresses.slice(0, 1))
    return [...this.addresses(), ...first].slice(0, addressesMax)
  }
}
