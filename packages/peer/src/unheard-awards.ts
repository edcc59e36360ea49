import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** An award that was not accepted until then was lost or bounced. */
const heardMsMax = 1_000

interface Award {
  slots: number
  atMs: Millis
}

/** What this peer has given others and they have not accepted yet: their load stamps do not tell of it. */
export class UnheardAwards {
  readonly #byPeer = new Map<PeerId, Award[]>()

  add(peer: PeerId, slots: number, now: Millis): void {
    const awards = this.#byPeer.get(peer)
    if (awards) awards.push({ slots, atMs: now })
    else this.#byPeer.set(peer, [{ slots, atMs: now }])
  }

  /** So many tasks were accepted there: the oldest. */
  accepted(peer: PeerId, tasks: number): void {
    this.#byPeer.get(peer)?.splice(0, tasks)
  }

  slots(peer: PeerId, now: Millis): number {
    const awards = this.#byPeer.get(peer)
    if (!awards) return 0
    const old = awards.findIndex(({ atMs }) => now - atMs < heardMsMax)
    awards.splice(0, old < 0 ? awards.length : old)
    return awards.reduce((sum, { slots }) => sum + slots, 0)
  }

  delete(peer: PeerId): void {
    this.#byPeer.delete(peer)
  }
}
