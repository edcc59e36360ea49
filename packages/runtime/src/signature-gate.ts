import { BoundedMap, BoundedQueue, type Millis } from '@souk/kernel'
import type { PeerInput } from '@souk/peer'
import {
  type Advert,
  type Frame,
  limits,
  type MemberUpdate,
  type Message,
  type PeerId,
  type Removal,
  signableAdvert,
} from '@souk/wire'
import { LifeChecks } from './life-checks.ts'
import type { Credentials } from './ports.ts'
import { sameBytes } from './same-bytes.ts'

/** Verified adverts remembered, the last of each peer: anti-entropy and gossip bring the same one many times. */
const verifiedMax = 4096
/** After this long one is verified again: its certificate may have been revoked or have expired. */
const verifiedMsMax = 60_000
/** Signatures of one frame; more are dropped, and anti-entropy brings them again. At 0.2 ms each this is already a long pause. */
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
 * Lets only adverts through whose signature and certificate are good, removals that the mesh has signed, and of members'
 * lives only those that they have signed themselves: the machine never sees another. Frames without unknown ones pass at once; behind one that has some,
 * everything else of that peer waits, so that the order of a connection stays.
 */
export class SignatureGate {
  readonly #options: SignatureGateOptions
  readonly #verified = new BoundedMap<PeerId, Verified>(verifiedMax)
  readonly #removals = new BoundedMap<PeerId, Removal>(limits.removalsMax)
  readonly #lives: LifeChecks
  readonly #lines = new Map<PeerId, BoundedQueue<PeerInput>>()
  #gossipChecks = 0

  constructor(options: SignatureGateOptions) {
    this.#options = options
    this.#lives = new LifeChecks(options.credentials)
  }

  /** Anything that came over the connection to `from`. */
  offer(from: PeerId, input: PeerInput): void {
    // The transport has checked it, and rumours of it will come.
    if (input.type === 'connected') this.#lives.learn(input)
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

  /** What comes with the refusal of a link: there is no other way to tell one that nobody talks to. */
  async removed(from: PeerId, removal: Removal): Promise<void> {
    const [good] = await this.#siftRemovals(from, [removal], { checks: 0 })
    if (good) this.#options.deliver({ type: 'remove', removal: good })
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

  /** The frame without what is not signed by whom it is about. */
  async #sift(from: PeerId, frame: Frame): Promise<Frame> {
    const messages: Message[] = []
    const budget = { checks: 0 }
    const ofRemovals = { checks: 0 }
    for (const message of frame.messages) {
      if (message.t === 'adverts') {
        const adverts = await this.#siftAdverts(from, message.adverts, budget)
        if (adverts.length > 0) messages.push({ ...message, adverts })
      } else if (message.t === 'removed') {
        const removals = await this.#siftRemovals(from, message.removals, ofRemovals)
        if (removals.length > 0) messages.push({ ...message, removals })
      } else if ('updates' in message) {
        messages.push({ ...message, updates: await this.#siftUpdates(from, message.updates, budget) })
      } else messages.push(message)
    }
    return { ...frame, messages }
  }

  async #siftAdverts(from: PeerId, adverts: readonly Advert[], budget: { checks: number }): Promise<Advert[]> {
    const good: Advert[] = []
    for (const advert of adverts) {
      if (this.#isVerified(advert)) good.push(advert)
      else if (this.#isSpent(from, budget)) break
      else if (await this.#check(from, advert)) good.push(advert)
    }
    return good
  }

  async #siftUpdates(
    from: PeerId,
    updates: readonly MemberUpdate[],
    budget: { checks: number },
  ): Promise<MemberUpdate[]> {
    const good: MemberUpdate[] = []
    for (const update of updates) {
      if (this.#lives.isKnown(update)) good.push(update)
      else if (this.#isSpent(from, budget)) break
      else if (
        await this.#isGood(from, () => this.#lives.check(update), `life ${update.incarnation} of ${update.peer}`)
      ) {
        good.push(update)
      }
    }
    return good
  }

  /** With checks of their own: where many were removed a joiner must not wait for its adverts until it knows of all. */
  async #siftRemovals(from: PeerId, removals: readonly Removal[], budget: { checks: number }): Promise<Removal[]> {
    const good: Removal[] = []
    for (const removal of removals) {
      if (this.#isRemovalKnown(removal)) {
        good.push(removal)
        continue
      }
      if (this.#isSpent(from, budget)) break
      const check = () => this.#options.credentials.checkRemoval(removal)
      if (!(await this.#isGood(from, check, `removal of ${removal.peer}`))) continue
      this.#removals.push(removal.peer, removal)
      good.push(removal)
    }
    return good
  }

  #isSpent(from: PeerId, budget: { checks: number }): boolean {
    if (++budget.checks <= checksPerFrameMax) return false
    this.#options.onRejected(from, 'too-many-signatures', `more than ${checksPerFrameMax} unknown in one frame`)
    return true
  }

  async #check(from: PeerId | undefined, advert: Advert): Promise<boolean> {
    const check = () => this.#options.credentials.checkAdvert(advert)
    if (!(await this.#isGood(from, check, `advert of ${advert.peer}`))) return false
    const { signature } = advert
    this.#verified.push(advert.peer, { signed: signableAdvert(advert), signature, at: this.#options.now() })
    this.#lives.learn(advert)
    this.#options.onVerified(advert)
    return true
  }

  async #isGood(from: PeerId | undefined, check: () => Promise<string | undefined>, what: string): Promise<boolean> {
    let code: string | undefined
    try {
      code = await check()
    } catch (error) {
      // What a key or signature library throws on remote bytes is that peer's fault.
      code = `signature-check: ${(error as Error).message}`.slice(0, 100)
    }
    if (code !== undefined) this.#options.onRejected(from, code, what)
    return code === undefined
  }

  #needsCheck(frame: Frame): boolean {
    return frame.messages.some((message) => {
      if (message.t === 'removed') return message.removals.some((removal) => !this.#isRemovalKnown(removal))
      if (message.t === 'adverts') return message.adverts.some((advert) => !this.#isVerified(advert))
      return 'updates' in message && message.updates.some((update) => !this.#lives.isKnown(update))
    })
  }

  #isRemovalKnown(removal: Removal): boolean {
    const known = this.#removals.get(removal.peer)
    return known?.wallMs === removal.wallMs && sameBytes(known.signature, removal.signature)
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
