import type { Connection, Stream } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import type { Frame, PeerId } from '@souk/wire'
import { Link, type LinkEnd, type LinkOptions, type Sent } from './link.ts'
import { linkProtocol, maxStreams } from './protocols.ts'

export interface LinksOptions extends Omit<LinkOptions, 'stream' | 'connection' | 'hello' | 'events'> {
  self: PeerId
  hello: () => LinkOptions['hello']
  events: LinksEvents
}

interface LinksEvents extends Pick<LinkOptions['events'], 'frame' | 'rejected' | 'removed'> {
  /** the one link to this peer that counts from now on; an older one has been closed (code `replaced`) */
  opened(link: Link): void
  /** `current`: it was the one that counted */
  closed(link: Link, end: LinkEnd, current: boolean): void
}

/** How often links are looked at for silence. */
const beatMs = 1000
/** A beat this late means that this process stood still (stopped, swapped, a blocked loop). */
const beatLateMs = 3000

interface Waiter {
  resolve(peer: PeerId): void
  reject(error: Error): void
}

/**
 * All links of this peer, at most one that counts per other peer. Of two peers the one with the smaller id opens the
 * stream, so a pair connecting both ways at once gets one. A second stream from the same peer (it restarted before
 * we noticed) replaces the first once it is judged, unless it comes from an earlier life.
 */
export class Links {
  readonly #options: LinksOptions
  readonly #current = new Map<PeerId, Link>()
  /** every link not yet closed, those still greeting included */
  readonly #all = new Set<Link>()
  readonly #opening = new Set<PeerId>()
  readonly #waiters = new Map<PeerId, Set<Waiter>>()
  #stopped = false
  #beat: NodeJS.Timeout | undefined

  constructor(options: LinksOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#current.size
  }

  get(peer: PeerId): Link | undefined {
    return this.#current.get(peer)
  }

  peers(): PeerId[] {
    return [...this.#current.keys()]
  }

  /** A connection is there: open the stream if that is our part. Failures are told by `closed` or left to the retry. */
  async onConnection(connection: Connection, signal: AbortSignal): Promise<void> {
    const peer = connection.remotePeer.toString()
    if (this.#stopped || this.#options.self > peer || this.#isLinking(peer)) return
    this.#opening.add(peer)
    try {
      const within = AbortSignal.any([signal, AbortSignal.timeout(this.#options.tuning.handshakeMsMax)])
      const stream = await connection.newStream(linkProtocol, { signal: within, maxOutboundStreams: maxStreams.link })
      this.#start(stream, connection)
    } catch (error) {
      // a peer that is only joining has no such protocol; a member that broke off is dialled again
      this.#fail(peer, new CodedError('link-failed', `no stream to ${peer}: ${(error as Error).message}`))
    } finally {
      this.#opening.delete(peer)
    }
  }

  onStream(stream: Stream, connection: Connection): void {
    if (this.#stopped) stream.abort(new Error('stopping'))
    else this.#start(stream, connection)
  }

  send(to: PeerId, frame: Frame): Sent {
    return this.#current.get(to)?.send(frame) ?? 'not-open'
  }

  /** Resolves when there is an open link to `peer`; rejects with why there will be none. */
  async whenOpen(peer: PeerId, signal: AbortSignal): Promise<PeerId> {
    if (this.#current.has(peer)) return peer
    signal.throwIfAborted()
    const waiters = this.#waiters.get(peer) ?? new Set()
    this.#waiters.set(peer, waiters)
    let waiter: Waiter | undefined
    let onAbort = () => {}
    try {
      return await new Promise<PeerId>((resolve, reject) => {
        waiter = { resolve, reject }
        waiters.add(waiter)
        onAbort = () => reject(signal.reason)
        signal.addEventListener('abort', onAbort, { once: true })
      })
    } finally {
      signal.removeEventListener('abort', onAbort)
      if (waiter !== undefined) waiters.delete(waiter)
      if (waiters.size === 0) this.#waiters.delete(peer)
    }
  }

  /** From now on silent links are noticed. */
  start(): void {
    const { now } = this.#options
    let last = now()
    this.#beat = setInterval(() => {
      const at = now()
      for (const link of this.#current.values()) {
        if (at - last > beatLateMs) link.forgive(at)
        link.beat(at)
      }
      last = at
    }, beatMs)
  }

  close(peer: PeerId, code: string, message: string): void {
    for (const link of this.#all) if (link.peer === peer) link.close(code, message, 'stream', true)
  }

  stop(): void {
    this.#stopped = true
    clearInterval(this.#beat)
    for (const link of [...this.#all]) link.close('stopping', 'this peer is stopping')
    for (const peer of [...this.#waiters.keys()]) this.#fail(peer, new CodedError('stopping', 'this peer is stopping'))
  }

  #isLinking(peer: PeerId): boolean {
    if (this.#current.has(peer) || this.#opening.has(peer)) return true
    for (const link of this.#all) if (link.peer === peer) return true
    return false
  }

  #start(stream: Stream, connection: Connection): void {
    const { frame, rejected, removed } = this.#options.events
    const link = new Link({
      ...this.#options,
      stream,
      connection,
      hello: this.#options.hello(),
      events: {
        frame,
        rejected,
        removed,
        opened: (opened) => this.#onOpened(opened),
        closed: (closed, end) => this.#onClosed(closed, end),
      },
    })
    this.#all.add(link)
    void link.run()
  }

  #onOpened(link: Link): void {
    const older = this.#current.get(link.peer)
    if (older !== undefined && (older.hello?.incarnation ?? 0) > (link.hello?.incarnation ?? 0)) {
      const message = `${link.peer} came back as incarnation ${link.hello?.incarnation}, known is ${older.hello?.incarnation}`
      this.#options.events.rejected(link, 'old-incarnation', message)
      link.close('old-incarnation', message)
      return
    }
    older?.close('replaced', `${link.peer} opened a newer stream`)
    this.#current.set(link.peer, link)
    this.#options.events.opened(link)
    for (const waiter of this.#waiters.get(link.peer) ?? []) waiter.resolve(link.peer)
  }

  #onClosed(link: Link, end: LinkEnd): void {
    this.#all.delete(link)
    const current = this.#current.get(link.peer) === link
    if (current) this.#current.delete(link.peer)
    this.#options.events.closed(link, end, current)
    if (!this.#current.has(link.peer)) this.#fail(link.peer, new CodedError(end.code, end.message))
  }

  #fail(peer: PeerId, error: CodedError): void {
    for (const waiter of this.#waiters.get(peer) ?? []) waiter.reject(error)
  }
}
