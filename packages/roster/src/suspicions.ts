import { Deadlines, type Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { RosterConfig } from './config.ts'
import type { MemberTable } from './member-table.ts'

interface Suspicion {
  startMs: Millis
  postponed: boolean
  /** this peer, if its own probe failed first; undefined: hearsay */
  accuser: PeerId | undefined
  /** who else could not reach the member, at most `confirmationsMax` */
  confirmers: Set<PeerId>
}

/**
 * How long a suspicion lasts (Lifeguard): from the longest down to the shortest, as up to `confirmationsMax` others confirm
 * that they cannot reach the member. An observer that is cut off itself gets no confirmation, and waits longest.
 */
export function suspicionTimeoutMs(config: RosterConfig, live: number, confirmations: number): Millis {
  const shortest = config.suspicionMs * Math.max(1, Math.log10(live))
  const needed = Math.min(config.confirmationsMax, live - 2)
  if (needed < 1) return shortest
  const longest = shortest * config.suspicionStretchMax
  const share = Math.log(Math.min(confirmations, needed) + 1) / Math.log(needed + 1)
  return Math.max(shortest, longest - (longest - shortest) * share)
}

/** The suspicions that are open here, and until when each member may deny. `Membership` opens, confirms and closes them. */
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

  /** Opens a suspicion, with its time anew: one after a denial is another one. */
  open(peer: PeerId, now: Millis): void {
    this.#open.set(peer, { startMs: now, postponed: false, accuser: undefined, confirmers: new Set() })
    this.#arm(peer)
  }

  close(peer: PeerId): void {
    this.#open.delete(peer)
    this.#deadlines.delete(peer)
  }

  /** Notes that the open suspicion is this peer's own. */
  accuse(peer: PeerId, accuser: PeerId): void {
    const suspicion = this.#open.get(peer)
    if (suspicion !== undefined) suspicion.accuser = accuser
  }

  /** The peers of `by` could not reach the member themselves. */
  confirm(peer: PeerId, by: readonly PeerId[]): void {
    const suspicion = this.#open.get(peer)
    if (suspicion === undefined) return
    for (const confirmer of by) {
      if (confirmer !== suspicion.accuser && suspicion.confirmers.size < this.#config.confirmationsMax)
        suspicion.confirmers.add(confirmer)
    }
    this.#arm(peer)
  }

  /** A member whose time to deny is over, if any; its suspicion is closed. */
  popDue(now: Millis): PeerId | undefined {
    const peer = this.#deadlines.popDue(now)
    if (peer !== undefined) this.#open.delete(peer)
    return peer
  }

  /** This peer was frozen for so long, and could hear no denial: all suspicions last that much longer. */
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
