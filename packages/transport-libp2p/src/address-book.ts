import { BoundedMap, type Prng } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { addressesMax } from './dialer.ts'
import { isLoopback, withPeer } from './listen-addresses.ts'
import type { Tuning } from './tuning.ts'

export interface KnownPeer {
  peer: PeerId
  addresses: string[]
  /** found on the local network */
  discovered: boolean
  /** has shown a good certificate at least once */
  member: boolean
  dialled: boolean
  failures: number
  /** the last failure was a refusal: other addresses will not help */
  refused: boolean
  /** monotonic ms; not dialled before */
  notBefore: number
  lastError: { code: string; message: string } | undefined
}

/** Whom we know and when to dial them next: exponential pauses with jitter. Pure; `now` is monotonic ms. */
export class AddressBook {
  readonly #peers: BoundedMap<PeerId, KnownPeer>
  readonly #self: PeerId
  readonly #tuning: Tuning
  readonly #prng: Prng

  constructor(self: PeerId, tuning: Tuning, prng: Prng) {
    this.#self = self
    this.#tuning = tuning
    this.#prng = prng
    this.#peers = new BoundedMap(tuning.knownPeersMax)
  }

  get(peer: PeerId): KnownPeer | undefined {
    return this.#peers.get(peer)
  }

  all(): KnownPeer[] {
    return [...this.#peers.values()].sort((a, b) => (a.peer < b.peer ? -1 : 1))
  }

  /** Newest addresses first; undefined when the peer is this one or the book is full of members. */
  learn(peer: PeerId, addresses: string[], now: number): KnownPeer | undefined {
    if (peer === this.#self) return undefined
    let known = this.#peers.get(peer)
    if (known === undefined) {
      known = { ...blank, peer, addresses: [], notBefore: now + this.#firstPause(peer) }
      if (!this.#peers.offer(peer, known)) {
        const stranger = [...this.#peers.values()].find((p) => !p.member)
        if (stranger === undefined) return undefined
        this.#peers.delete(stranger.peer)
        this.#peers.offer(peer, known)
      }
    }
    const named = addresses.map((address) => withPeer(address, peer))
    if (named.some((address) => !known.addresses.includes(address))) {
      const all = [...new Set([...named, ...known.addresses])]
      // loopback last: told by another host, it leads to this one
      known.addresses = [...all.filter((a) => !isLoopback(a)), ...all.filter(isLoopback)].slice(0, addressesMax)
      // a new address deserves a try now, whatever failed at the old ones
      if (known.failures > 0 && !known.refused) known.notBefore = Math.min(known.notBefore, now)
    }
    return known
  }

  forget(peer: PeerId): void {
    this.#peers.delete(peer)
  }

  onConnected(peer: PeerId): void {
    const known = this.#peers.get(peer)
    if (known === undefined) return
    known.member = true
    known.failures = 0
    known.refused = false
    known.lastError = undefined
  }

  /** The link ended: dial again soon, not at once, for both sides saw it end. */
  onDisconnected(peer: PeerId, now: number): void {
    const known = this.#peers.get(peer)
    if (known !== undefined) known.notBefore = now + this.#firstPause(peer)
  }

  onFailure(peer: PeerId, error: { code: string; message: string }, refused: boolean, now: number): void {
    const known = this.#peers.get(peer)
    if (known === undefined) return
    known.failures++
    known.refused = refused
    known.lastError = error
    if (!known.member && known.failures >= this.#tuning.strangerFailuresMax) this.#peers.delete(peer)
    const { redialMsMin, redialMsMax, refusedMs } = this.#tuning
    const pause = refused ? refusedMs : Math.min(redialMsMax, redialMsMin * 2 ** Math.min(known.failures, 20))
    known.notBefore = now + pause * (0.5 + this.#prng.float())
  }

  /** Up to `count` peers whose time has come, longest overdue first. */
  due(now: number, count: number, busy: (peer: PeerId) => boolean): KnownPeer[] {
    return this.all()
      .filter((p) => p.notBefore <= now && p.addresses.length > 0 && !busy(p.peer))
      .sort((a, b) => a.notBefore - b.notBefore)
      .slice(0, count)
  }

  /** The smaller id dials at once, the larger a little later: so a pair seldom connects twice. */
  #firstPause(peer: PeerId): number {
    const base = this.#self < peer ? 0 : 3 * this.#tuning.redialMsMin
    return base + this.#prng.float() * this.#tuning.redialMsMin
  }
}

const blank = {
  discovered: false,
  member: false,
  dialled: false,
  failures: 0,
  refused: false,
  lastError: undefined,
}
