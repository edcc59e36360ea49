import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { MemberTable } from './member-table.ts'

interface Suspicion {
  startMs: Millis
  postponed: boolean
  /** this peer, where it saw for itself; undefined for hearsay */
  accuser: PeerId | undefined
  /** who else could not reach it, at most `confirmationsMax` */
  confirmers: Set<PeerId>
}

/**
 * How long a suspicion lasts (Lifeguard): `confirmationsMax` others who could not reach the member either bring it
 * from the longest down to the shortest. An observer cut off from everybody gets no confirmation and waits longest.
 */
export function suspicionTimeoutMs(config: RosterConfig, live: number, confirmations: number): Millis {
  const shortest = config.suspicionMs * Math.max(1, Math.log10(live))
  const needed = Math.min(config.confirmationsMax, live - 2)
  if (needed < 1) return shortest
  const longest = shortest * config.suspicionStretchMax
  const share = Math.log(Math.min(confirmations, needed) + 1) / Math.log(needed + 1)
  return Math.max(shortest, longest - (longest - shortest) * share)
}

/** Who is suspect here, and until when it may deny. */
export class Suspicions {
  readonly #config: RosterConfig
  readonly #table: MemberTable
  readonly #open = new Map<PeerId, Suspicion>()
  readonly #deadlines = new Deadlines<PeerId>()

  constructor(config: RosterConfig, table: MemberTable) {
    this.#config = config
    this.#table = table
  }

  get size(): number {
    return this.#open.size
  }

  nextWakeup(): Millis | undefined {
    return this.#deadlines.next()
  }

  /** Starts anew: a suspicion of a higher denial is another one. */
  open(peer: PeerId, now: Millis): void {
    this.#open.set(peer, { startMs: now, postponed: false, accuser: undefined, confirmers: new Set() })
    this.#arm(peer)
  }

  close(peer: PeerId): void {
    this.#open.delete(peer)
    this.#deadlines.delete(peer)
  }

  /** The open suspicion is this peer's own. */
  accuse(peer: PeerId, accuser: PeerId): void {
    const suspicion = this.#open.get(peer)
    if (suspicion !== undefined) suspicion.accuser = accuser
  }

  /** `by` saw for themselves that the member does not answer. */
  confirm(peer: PeerId, by: readonly PeerId[]): void {
    const suspicion = this.#open.get(peer)
    if (suspicion === undefined) return
    for (const confirmer of by) {
      if (confirmer !== suspicion.accuser && suspicion.confirmers.size < this.#config.confirmationsMax)
        suspicion.confirmers.add(confirmer)
    }
    this.#arm(peer)
  }

  /** A member whose time to deny is over; its suspicion is closed. */
  popDue(now: Millis): PeerId | undefined {
    const peer = this.#deadlines.popDue(now)
    if (peer !== undefined) this.#open.delete(peer)
    return peer
  }

  /** This peer was not there for so long: nobody could have been heard. */
  postpone(byMs: Millis): void {
    for (const [peer, suspicion] of this.#open) {
      // Once only: a peer that is always late must still find out who is gone.
      if (suspicion.postponed) continue
      suspicion.postponed = true
      suspicion.startMs += byMs
      this.#arm(peer)
    }
  }

  #arm(peer: PeerId): void {
    const suspicion = this.#open.get(peer)!
    const timeout = suspicionTimeoutMs(this.#config, this.#table.live, suspicion.confirmers.size)
    this.#deadlines.set(peer, suspicion.startMs + timeout)
  }
}
