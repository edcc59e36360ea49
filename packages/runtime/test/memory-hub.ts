import { type Advert, type BlobRef, decodeFrame, encodeFrames, type Frame, type PeerId } from '@souk/wire'
import { type BlobStore, CodedError, type Credentials, type Transport, type TransportEvents } from '../src/index.ts'

/** A network in memory: real encoding, frames in order and never lost between connected peers. */
export class MemoryHub {
  readonly #transports = new Map<PeerId, MemoryTransport>()

  /** A new peer on this network. */
  transport(credentials: Credentials, blobs?: BlobStore): MemoryTransport {
    const transport = new MemoryTransport(this, credentials, blobs)
    this.#transports.set(credentials.self, transport)
    return transport
  }

  find(peer: PeerId): MemoryTransport | undefined {
    return this.#transports.get(peer)
  }

  all(): MemoryTransport[] {
    return [...this.#transports.values()]
  }
}

export class MemoryTransport implements Transport {
  readonly self: PeerId
  readonly #hub: MemoryHub
  readonly #credentials: Credentials
  readonly blobs: BlobStore | undefined
  readonly links = new Set<PeerId>()
  events: TransportEvents | undefined
  /** frames given to `send`, taken or not */
  readonly sent: { to: PeerId; frame: Frame }[] = []
  readonly published: Advert[] = []

  constructor(hub: MemoryHub, credentials: Credentials, blobs: BlobStore | undefined) {
    this.self = credentials.self
    this.#hub = hub
    this.#credentials = credentials
    this.blobs = blobs
  }

  async start(events: TransportEvents): Promise<void> {
    this.events = events
  }

  async stop(): Promise<void> {
    for (const peer of [...this.links]) this.disconnect(peer)
    this.events = undefined
  }

  addresses(): string[] {
    return [`/memory/p2p/${this.self}`]
  }

  async dial(addresses: string[]): Promise<PeerId> {
    const peer = addresses[0]?.split('/').at(-1) ?? ''
    const other = this.#hub.find(peer)
    if (!other?.events) throw new CodedError('dial-failed', `${peer} is not there`)
    if (other.#credentials.removalOf(this.self))
      throw new CodedError('certificate-revoked', `${peer} refuses this peer`)
    if (this.links.has(peer)) return peer
    this.links.add(peer)
    other.links.add(this.self)
    this.#greet(other)
    other.#greet(this)
    return peer
  }

  shut(peer: PeerId): void {
    this.disconnect(peer)
  }

  disconnect(peer: PeerId): void {
    const other = this.#hub.find(peer)
    if (!this.links.delete(peer)) return
    other?.links.delete(this.self)
    this.events?.disconnected(peer, 'closed')
    // Behind the frames that are on their way.
    queueMicrotask(() => other?.events?.disconnected(this.self, 'closed'))
  }

  send(to: PeerId, frame: Frame): boolean {
    this.sent.push({ to, frame })
    if (!this.links.has(to)) return false
    for (const bytes of encodeFrames(frame).frames) queueMicrotask(() => this.#hub.find(to)?.receive(this.self, bytes))
    return true
  }

  receive(from: PeerId, bytes: Uint8Array): void {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) this.events?.rejected(from, decoded.code, decoded.detail)
    else this.events?.frame(from, decoded.value.frame)
  }

  publish(advert: Advert): void {
    this.published.push(advert)
    for (const other of this.#hub.all()) {
      if (other !== this) queueMicrotask(() => other.events?.gossip(advert))
    }
  }

  async *fetchBlob(from: PeerId, blob: BlobRef, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    signal.throwIfAborted()
    const theirs = this.links.has(from) ? this.#hub.find(from)?.blobs : undefined
    if (!theirs) throw new CodedError('blob-missing', `${from} cannot be asked`)
    yield* theirs.get(blob.hash)
  }

  /** In memory everybody is connected to everybody. */
  learn(): void {}

  async pushBlob(to: PeerId, blob: BlobRef, data: AsyncIterable<Uint8Array>, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const theirs = this.links.has(to) ? this.#hub.find(to)?.blobs : undefined
    if (!theirs) throw new CodedError('not-connected', `${to} cannot be reached`)
    await theirs.put(data, { sizeBytesMax: blob.sizeBytes, expected: blob })
  }

  #greet(other: MemoryTransport): void {
    this.events?.connected(other.self, {
      certificate: other.#credentials.certificate,
      incarnation: 1,
      proof: other.#credentials.signLife(1),
      addresses: other.addresses(),
    })
  }
}
