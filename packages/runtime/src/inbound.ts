import type { PeerInput } from '@souk/peer'
import type { Advert, Frame, PeerId, Removal } from '@souk/wire'
import type { Clock, Credentials, PeerHello, TransportEvents } from './ports.ts'
import { SignatureGate } from './signature-gate.ts'

export interface InboundOptions {
  credentials: Credentials
  clock: Clock
  deliver: (input: PeerInput) => void
  onVerified: (advert: Advert) => void
  onRejected: (from: PeerId | undefined, code: string, detail: string) => void
}

/** Codes come from adapters, but a bound costs nothing. */
const rejectedCodesMax = 64

/** What the transport tells, as inputs for the machine; counted, and without what does not deserve to get there. */
export class Inbound implements TransportEvents {
  readonly #gate: SignatureGate
  readonly #onRejected: InboundOptions['onRejected']
  readonly #deliver: InboundOptions['deliver']
  readonly #rejected = new Map<string, number>()
  frames = 0
  messages = 0

  constructor({ credentials, clock, deliver, onVerified, onRejected }: InboundOptions) {
    this.#onRejected = onRejected
    this.#deliver = deliver
    this.#gate = new SignatureGate({
      credentials,
      now: () => clock.now(),
      deliver,
      onVerified,
      onRejected: (from, code, detail) => this.rejected(from, code, detail),
    })
  }

  /** how often something was refused, by code */
  get rejections(): Record<string, number> {
    return Object.fromEntries(this.#rejected)
  }

  connected(peer: PeerId, { certificate, incarnation, proof, addresses }: PeerHello): void {
    this.#gate.offer(peer, { type: 'connected', peer, certificate, incarnation, proof, addresses })
  }

  disconnected(peer: PeerId): void {
    this.#gate.offer(peer, { type: 'disconnected', peer })
  }

  frame(from: PeerId, frame: Frame): void {
    this.frames++
    this.messages += frame.messages.length
    this.#gate.offer(from, { type: 'frame', from, frame })
  }

  gossip(advert: Advert): void {
    this.#gate.gossip(advert)
  }

  removed(from: PeerId, removal: Removal): void {
    void this.#gate.removed(from, removal)
  }

  transferred(peer: PeerId, bytesPerMs: number): void {
    this.#deliver({ type: 'rate', peer, bytesPerMs })
  }

  rejected(from: PeerId | undefined, code: string, detail: string): void {
    const count = this.#rejected.get(code)
    if (count !== undefined || this.#rejected.size < rejectedCodesMax) this.#rejected.set(code, (count ?? 0) + 1)
    this.#onRejected(from, code, detail)
  }
}
