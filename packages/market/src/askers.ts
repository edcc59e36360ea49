import { BoundedMap, type Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import { isOlder, type Reservation } from './reservation.ts'

/** Gangs that are remembered, and for how long after they asked (guesses): who still waits asks again before that. */
const askersMax = 64
const rememberedMs = 10_000
/** Room that is free for so long is nobody's: what ended made place for what was to follow it. */
const settledMs = 5

export interface Asker
  extends Pick<Reservation, 'id' | 'from' | 'gang' | 'shape' | 'wanted' | 'limitMs' | 'sinceWallMs'> {
  /** so many it has heard of */
  told: number
  /** and that an older one is patient here */
  older: boolean
  untilMs: Millis
}

/** So many of a gang could start here now; whether one that is older is patient here. */
interface Room {
  count: number
  older: boolean
}

/**
 * Gangs that found less room here than they want. They are told when there is more, so that they need not ask all hosts
 * again and again. Bounds: askersMax, each forgotten by itself.
 */
export class Askers {
  readonly #askers = new BoundedMap<string, Asker>(askersMax)
  #lookMs: Millis | undefined

  note(reservation: Reservation, heard: Pick<Asker, 'told' | 'older'>, now: Millis): void {
    const { id, from, gang, shape, wanted, limitMs, sinceWallMs } = reservation
    this.#askers.delete(id)
    this.#askers.push(id, {
      id,
      from,
      gang,
      shape,
      wanted,
      limitMs,
      sinceWallMs,
      ...heard,
      untilMs: now + rememberedMs,
    })
  }

  forget(id: string): void {
    this.#askers.delete(id)
  }

  /** It wants nothing more by what it said; where it only stands back for an older one it is to hear when that is over. */
  leave(id: string): void {
    if (!this.#askers.get(id)?.older) this.#askers.delete(id)
  }

  /** Room here may have changed. */
  changed(now: Millis): void {
    if (this.#askers.size > 0) this.#lookMs ??= now + settledMs
  }

  nextWakeup(): Millis | undefined {
    return this.#lookMs
  }

  /**
   * Who is to hear of room now: of more than before only, or that no older one is patient here any more. Of those that were
   * told so the oldest alone hears that: it is the next that may be patient.
   */
  due(roomFor: (asker: Asker) => Room, now: Millis): { to: PeerId; message: MessageOf<'freed'> }[] {
    if (this.#lookMs === undefined || this.#lookMs > now) return []
    this.#lookMs = undefined
    const told: { to: PeerId; message: MessageOf<'freed'> }[] = []
    const next = this.#nextInLine(now)
    for (const asker of this.#askers.values()) {
      const { count, older } = roomFor(asker)
      const isFreed = asker === next && !older
      if (count > asker.told || isFreed) told.push({ to: asker.from, message: freedFor(asker.gang, count, older) })
      asker.told = count
      if (older || isFreed) asker.older = older
    }
    return told
  }

  /** The oldest of those that were told of an older one. */
  #nextInLine(now: Millis): Asker | undefined {
    let next: Asker | undefined
    for (const [id, asker] of [...this.#askers.entries()]) {
      if (asker.untilMs <= now) this.#askers.delete(id)
      else if (asker.older && (!next || isOlder(asker, next))) next = asker
    }
    return next
  }
}

export function freedFor(gang: string, count: number, older: boolean): MessageOf<'freed'> {
  return older ? { t: 'freed', gang, count, older } : { t: 'freed', gang, count }
}
