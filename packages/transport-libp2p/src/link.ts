import type { Connection, Stream } from '@libp2p/interface'
import { CodedError } from '@souk/runtime'
import { decodeFrame, encodeFrames, type Frame, limits, type PeerId, type Removal } from '@souk/wire'
import { pipe } from 'it-pipe'
import { byteSource } from './byte-source.ts'
import { splitPayloads } from './frame-splitter.ts'
import { decodeHello, decodeSmall, encodeSmall, type Hello, Verdict } from './hello.ts'
import { Outbox } from './outbox.ts'
import type { Tuning } from './tuning.ts'

/** Why the other side gets no link. */
export interface Refusal {
  code: string
  message: string
  /** it was removed from the mesh */
  removal?: Removal | undefined
}

/**
 * greeting: waiting for the other's hello · judged: its certificate is good, waiting for its verdict on ours ·
 * open: frames flow · closed.
 */
export type LinkState = 'greeting' | 'judged' | 'open' | 'closed'

/** Why a link ended. `refused`: one side does not accept the other; trying again soon is useless. */
export interface LinkEnd {
  code: string
  message: string
  refused: boolean
}

export type Sent = 'sent' | 'not-open' | 'full' | 'message-too-large'

interface LinkEvents {
  opened(link: Link): void
  frame(link: Link, frame: Frame): void
  rejected(link: Link, code: string, detail: string): void
  /** the other side refuses this peer, since it, or whoever is named, was removed from the mesh */
  removed(link: Link, removal: Removal): void
  closed(link: Link, end: LinkEnd): void
}

export interface LinkOptions {
  stream: Stream
  connection: Connection
  hello: Hello
  /** the reason code when the other side's hello is not acceptable */
  judge(hello: Hello, peer: PeerId): Promise<Refusal | undefined>
  events: LinkEvents
  tuning: Tuning
  now: () => number
}

const refusalCodes = new Set(['version-mismatch', 'message-malformed'])

/** One long-lived stream between two peers: both greet, both judge, then frames flow each way in order. */
export class Link {
  readonly peer: PeerId
  readonly connection: Connection
  readonly #options: LinkOptions
  readonly #outbox: Outbox
  readonly #handshakeTimer: NodeJS.Timeout
  #state: LinkState = 'greeting'
  #hello: Hello | undefined
  #malformed = 0
  #lastHeard: number

  constructor(options: LinkOptions) {
    this.#options = options
    this.connection = options.connection
    this.peer = options.connection.remotePeer.toString()
    const { tuning, now } = options
    this.#lastHeard = now()
    const sizes = { bytesMax: tuning.sendQueueBytesMax, batchBytesMax: tuning.sendBatchBytesMax }
    this.#outbox = new Outbox(options.stream, { ...sizes, now })
    this.#handshakeTimer = setTimeout(() => {
      this.close('handshake-timeout', `${this.peer} did not greet within ${tuning.handshakeMsMax} ms`)
    }, tuning.handshakeMsMax)
  }

  get state(): LinkState {
    return this.#state
  }

  /** the other side's hello; only an open link has one for sure */
  get hello(): Hello | undefined {
    return this.#hello
  }

  /** Greets and reads until the stream ends. Never rejects: the end is told by `closed`. */
  async run(): Promise<void> {
    const { stream, tuning, hello } = this.#options
    this.#outbox.offer(encodeSmall(hello))
    try {
      await pipe(
        byteSource(stream, tuning.receiveBufferBytesMax),
        splitPayloads(limits.frameBytesMax),
        async (source: AsyncIterable<Uint8Array[]>) => {
          for await (const payloads of source) await this.#onPayloads(payloads)
        },
      )
      this.close('stream-closed', `${this.peer} closed its stream`)
    } catch (error) {
      if (this.#state === 'closed') return
      const { code, message } = error as Error & { code?: unknown }
      if (error instanceof CodedError) this.#options.events.rejected(this, error.code, message)
      this.close(error instanceof CodedError ? error.code : 'stream-broken', `${this.peer}: ${message ?? code}`)
    }
  }

  /** Queues a frame, whole or not at all, but for messages that are too large to travel ever. */
  send(frame: Frame): Sent {
    if (this.#state !== 'open') return 'not-open'
    const { frames, tooLarge } = encodeFrames(frame)
    if (!this.#outbox.offer(...frames)) return 'full'
    return tooLarge.length > 0 ? 'message-too-large' : 'sent'
  }

  /** Called every now and then: says we are alive, and closes a link that has been silent or stuck for too long. */
  beat(now: number): void {
    if (this.#state !== 'open') return
    const { heartbeatMs, silenceMsMax } = this.#options.tuning
    const stuckSince = this.#outbox.fullSinceMs
    if (now - this.#lastHeard > silenceMsMax) {
      this.close(
        'silent',
        `nothing heard of ${this.peer} for ${Math.round(now - this.#lastHeard)} ms`,
        'abort-connection',
      )
    } else if (stuckSince !== undefined && now - stuckSince > 2 * silenceMsMax) {
      this.close('stuck', `${this.peer} has read nothing for ${Math.round(now - stuckSince)} ms`, 'abort-connection')
    } else if (now - this.#outbox.lastWriteMs >= heartbeatMs) this.#outbox.offer(new Uint8Array())
  }

  /** The event loop stood still: silence until now proves nothing. */
  forgive(now: number): void {
    this.#lastHeard = now
  }

  close(code: string, message: string, how: 'stream' | 'abort-connection' = 'stream', refused = false): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    clearTimeout(this.#handshakeTimer)
    const { stream, connection, tuning } = this.#options
    this.#outbox.flush()
    this.#outbox.close()
    if (how === 'abort-connection') connection.abort(new Error(code))
    else if (refused || code === 'stopping' || code === 'stream-closed') {
      // lets what was written (a verdict) reach the other side first
      const signal = AbortSignal.timeout(tuning.handshakeMsMax)
      stream.close({ signal }).catch((error: Error) => stream.abort(error))
    } else stream.abort(new Error(`${code}: ${message}`))
    this.#options.events.closed(this, { code, message, refused: refused || refusalCodes.has(code) })
  }

  async #onPayloads(payloads: Uint8Array[]): Promise<void> {
    this.#lastHeard = this.#options.now()
    for (const payload of payloads) {
      if (this.#state === 'closed') return
      if (payload.byteLength === 0) continue
      if (this.#state === 'open') this.#onFrame(payload)
      else if (this.#state === 'greeting') await this.#onHello(payload)
      else this.#onVerdict(payload)
    }
  }

  async #onHello(payload: Uint8Array): Promise<void> {
    let refusal: Refusal | undefined
    try {
      this.#hello = decodeHello(payload)
      refusal = await this.#options.judge(this.#hello, this.peer)
    } catch (error) {
      if (!(error instanceof CodedError)) throw error
      refusal = { code: error.code, message: error.message }
    }
    if (this.state === 'closed') return
    const verdict: Verdict = { ok: refusal === undefined, code: refusal?.code ?? '', message: refusal?.message ?? '' }
    if (refusal?.removal) verdict.removal = refusal.removal
    this.#outbox.offer(encodeSmall(verdict))
    if (refusal === undefined) this.#state = 'judged'
    else {
      this.#options.events.rejected(this, refusal.code, refusal.message)
      this.close(refusal.code, refusal.message, 'stream', true)
    }
  }

  #onVerdict(payload: Uint8Array): void {
    const verdict = decodeSmall(Verdict, payload)
    if (!verdict.ok) {
      if (verdict.removal) this.#options.events.removed(this, verdict.removal)
      this.close(verdict.code, `${this.peer} refused this peer: ${verdict.message}`, 'stream', true)
      return
    }
    clearTimeout(this.#handshakeTimer)
    this.#state = 'open'
    this.#options.events.opened(this)
  }

  #onFrame(payload: Uint8Array): void {
    const { events, tuning } = this.#options
    const decoded = decodeFrame(payload)
    if (decoded.ok) {
      for (const fault of decoded.value.rejected) events.rejected(this, fault.code, `${fault.tag}: ${fault.detail}`)
      events.frame(this, decoded.value.frame)
      return
    }
    events.rejected(this, decoded.code, decoded.detail)
    if (++this.#malformed >= tuning.malformedFramesMax) {
      this.close('malformed-frames', `${this.peer} sent ${this.#malformed} frames that do not decode`)
    }
  }
}
