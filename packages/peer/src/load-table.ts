import type { Millis } from '@souk/kernel'
import type { Incarnation, LoadStamp, PeerId } from '@souk/wire'

/** The newest load stamp of every connected peer, and which peers have waiting work by it. */
export class LoadTable {
  readonly #stamps = new Map<PeerId, LoadStamp>()
  readonly #heardMs = new Map<PeerId, Millis>()
  readonly #lives = new Map<PeerId, Incarnation>()
  #waiting: { peer: PeerId; waiting: number }[] | undefined

  get(peer: PeerId): LoadStamp | undefined {
    return this.#stamps.get(peer)
  }

  /** Takes the stamp of a frame. True: the peer has waiting work, so this host may ask for some. */
  set({ peer, incarnation }: { peer: PeerId; incarnation: Incarnation }, stamp: LoadStamp, now: Millis): boolean {
    this.#heardMs.set(peer, now)
    this.#lives.set(peer, incarnation)
    return this.#set(peer, stamp)
  }

  #set(peer: PeerId, stamp: LoadStamp): boolean {
    const before = this.#stamps.get(peer)?.waiting ?? 0
    this.#stamps.set(peer, stamp)
    if (before !== stamp.waiting) this.#waiting = undefined
    return stamp.waiting > 0
  }

  /** Takes the waiting count of a `given` or `over`, which is newer than the peer's stamp. */
  setWaiting(peer: PeerId, waiting: number): void {
    const stamp = this.#stamps.get(peer)
    if (stamp) this.#set(peer, { ...stamp, waiting })
  }

  /** When its newest stamp came, on this peer's clock. */
  heardMs(peer: PeerId): Millis | undefined {
    return this.#heardMs.get(peer)
  }

  /** The life of the peer that made its newest stamp: `saidMs` is by the clock of that life. */
  life(peer: PeerId): Incarnation | undefined {
    return this.#lives.get(peer)
  }

  delete(peer: PeerId): void {
    this.#stamps.delete(peer)
    this.#lives.delete(peer)
    this.#heardMs.delete(peer)
    this.#waiting = undefined
  }

  /** Peers with waiting work, sorted by id so that random picks from it are reproducible. */
  waiting(): readonly { peer: PeerId; waiting: number }[] {
    this.#waiting ??= [...this.#stamps]
      .filter(([, stamp]) => stamp.waiting > 0)
      .map(([peer, stamp]) => ({ peer, waiting: stamp.waiting }))
      .sort((a, b) => (a.peer < b.peer ? -1 : 1))
    return this.#waiting
  }
}
