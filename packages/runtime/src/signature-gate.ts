import { BoundedMap, BoundedQueue, type Millis } from '@souk/kernel'
import type { PeerInput } from '@souk/peer'
import { type Advert, type Frame, type Message, type PeerId, signableAdvert } from '@souk/wire'
import type { Credentials } from './ports.ts'

/** Verified adverts remembered, the last of each peer: anti-entropy and gossip bring the same one many times. */
const verifiedMax = 4096
/** After this long one is verified again: its certificate may have been revoked or have expired. */
const verifiedMsMax = 60_000
/** Of one frame; more are dropped, and anti-entropy brings them again. At 0.2 ms each this is already a long pause. */
const checksPerFrameMax = 512
/** Inputs of one peer that wait behind a check; above it its frames are dropped, as a full buffer would. */
const waitingPerPeerMax = 1024
/** Adverts by gossip that are being checked at once; gossip is lossy anyway. */
const gossipChecksMax = 256

export interface SignatureGateOptions {
  credentials: Credentials
  now: () => Millis
  deliver: (input: PeerInput) => void
  /** a good one that was not known yet: where its peer is may be new */
  onVerified: (advert: Advert) => void
  onRejected: (from: PeerId | undefined, code: string, detail: string) => void
}

interface Verified {
  signed: Uint8Array
  signature: Uint8Array
  at: Millis
}

/**
 * Lets only adverts through whose signature and certificate are good: the machine never sees another. Frames
 * without unknown adverts pass at once; behind one that has some, everything else of that peer waits, so that
 * the order of a connection stays.
 */
export class SignatureGate {
  readonly #options: SignatureGateOptions
  readonly #verified = new BoundedMap<PeerId, Verified>(verifiedMax)
  readonly #lines = new Map<PeerId, BoundedQueue<PeerInput>>()
  #gossipChecks = 0

  constructor(options: SignatureGateOptions) {
    this.#options = options
  }

  /** Anything that came over the connection to `from`. */
  offer(from: PeerId, input: PeerInput): void {
    const line = this.#lines.get(from)
    if (line) {
      // Comings and goings are never dropped: a peer has few of them.
      if (input.type === 'frame' && line.size >= waitingPerPeerMax) {
        this.#options.onRejected(from, 'inbox-full', 'a frame that came while adverts were being checked')
      } else line.push(input)
      return
    }
    if (input.type === 'frame' && this.#needsCheck(input.frame)) {
      const started = new BoundedQueue<PeerInput>(Number.POSITIVE_INFINITY)
      this.#lines.set(from, started)
      started.push(input)
      void this.#work(from, started)
      return
    }
    this.#options.deliver(input)
  }

  /** An advert by gossip: from anybody, and in no order. */
  gossip(advert: Advert): void {
    if (this.#isVerified(advert)) this.#options.deliver({ type: 'gossip', advert })
    else if (this.#gossipChecks >= gossipChecksMax) {
      this.#options.onRejected(undefined, 'gossip-busy', `advert of ${advert.peer}`)
    } else void this.#checkGossip(advert)
  }

  async #checkGossip(advert: Advert): Promise<void> {
    this.#gossipChecks++
    const good = await this.#check(undefined, advert)
    this.#gossipChecks--
    if (good) this.#options.deliver({ type: 'gossip', advert })
  }

  async #work(from: PeerId, line: BoundedQueue<PeerInput>): Promise<void> {
    for (let input = line.shift(); input; input = line.shift()) {
      this.#options.deliver(input.type === 'frame' ? { ...input, frame: await this.#sift(from, input.frame) } : input)
    }
    this.#lines.delete(from)
  }

  /** The frame without the adverts that are not good. */
  async #sift(from: PeerId, frame: Frame): Promise<Frame> {
    const messages: Message[] = []
    let checks = 0
    for (const message of frame.messages) {
      if (message.t !== 'adverts') {
        messages.push(message)
        continue
      }
      const good: Advert[] = []
      for (const advert of message.adverts) {
        if (this.#isVerified(advert)) good.push(advert)
        else if (++checks > checksPerFrameMax) {
          this.#options.onRejected(from, 'too-many-adverts', `more than ${checksPerFrameMax} unknown in one frame`)
          break
        } else if (await this.#check(from, advert)) good.push(advert)
      }
      if (good.length > 0) messages.push({ ...message, adverts: good })
    }
    return { ...frame, messages }
  }

  async #check(from: PeerId | undefined, advert: Advert): Promise<boolean> {
    let code: string | undefined
    try {
      code = await this.#options.credentials.checkAdvert(advert)
    } catch (error) {
      // What a key or signature library throws on remote bytes is that peer's fault.
      code = `advert-check: ${(error as Error).message}`.slice(0, 100)
    }
    if (code !== undefined) {
      this.#options.onRejected(from, code, `advert of ${advert.peer}`)
      return false
    }
    const { signature } = advert
    this.#verified.push(advert.peer, { signed: signableAdvert(advert), signature, at: this.#options.now() })
    this.#options.onVerified(advert)
    return true
  }

  #needsCheck(frame: Frame): boolean {
    return frame.messages.some((m) => m.t === 'adverts' && m.adverts.some((advert) => !this.#isVerified(advert)))
  }

  /** By signature and content: a known signature under other content is no known advert. */
  #isVerified(advert: Advert): boolean {
    const known = this.#verified.get(advert.peer)
    return (
      known !== undefined &&
      this.#options.now() - known.at < verifiedMsMax &&
      sameBytes(known.signature, advert.signature) &&
      sameBytes(known.signed, signableAdvert(advert))
    )
  }
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0
}
