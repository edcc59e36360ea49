import { BoundedMap, type Millis } from '@souk/kernel'
import type { MessageOf, PeerId } from '@souk/wire'
import { isOlder, type Reservation } from './reservation.ts'

/** Gangs that are remembered, and for how long after they asked (guesses): a gang that still waits asks again sooner. */
const askersMax = 64
const rememberedMs = 10_000
/** Room counts as free only after this long: what ends here is mostly followed at once by a task that was to have its room. */
const settledMs = 5

export interface Asker
  extends Pick<Reservation, 'id' | 'from' | 'gang' | 'shape' | 'wanted' | 'limitMs' | 'sinceWallMs'> {
  /** places that its bearer was last told of */
  told: number
  /** its bearer was told that an older gang is patient here */
  older: boolean
  untilMs: Millis
}

/** How many of a gang could start here now, and whether an older gang is patient here. */
interface Room {
  count: number
  older: boolean
}

/**
 * Gangs that found less room on this host than they want. Their bearers are told when there is more (`freed`), so that they
 * need not ask all hosts again and again. Bounds: askersMax, each forgotten after rememberedMs.
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

  /** Its bearer wants no room here now. Of a gang that stands back for an older one it still hears when that is over. */
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
   * Who is to be told now: gangs that have more room here than they were told of, and the oldest of those that stand back
   * for an older gang, once no older gang is patient here. Only one of them hears that, since only one can be patient next.
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

  /** The oldest gang of those whose bearers were told of an older one. */
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
