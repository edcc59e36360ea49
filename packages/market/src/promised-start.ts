import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** What a host said that it has for a gang, and how long it takes at most until it has more. */
export interface HostRoom {
  peer: PeerId
  count: number
  laterMs: readonly Millis[]
}

/** From when on a gang can start, at the latest, and how many it then has where. */
export interface PromisedStart {
  inMs: Millis
  keep: ReadonlyMap<PeerId, number>
}

/**
 * The first moment by which so many have room by what hosts said, and the places that are to be kept for it: the others need
 * keep nothing. Of the places that are there by then those that come last: one that is free before can be of use to others
 * for as long as they like. Undefined: too much runs of which nobody knows how long. This is the reservation of EASY
 * backfilling (Lifka 1995), of what hosts say instead of a central table.
 */
export function promisedStart(rooms: readonly HostRoom[], size: number): PromisedStart | undefined {
  const places = rooms.flatMap(({ peer, count, laterMs }) => [
    ...new Array<{ peer: PeerId; inMs: Millis }>(count).fill({ peer, inMs: 0 }),
    ...laterMs.map((inMs) => ({ peer, inMs })),
  ])
  if (places.length < size) return undefined
  places.sort((a, b) => a.inMs - b.inMs || (a.peer < b.peer ? -1 : a.peer > b.peer ? 1 : 0))
  const { inMs } = places[size - 1]!
  const keep = new Map<PeerId, number>()
  for (const { peer } of places.filter((place) => place.inMs <= inMs).slice(-size))
    keep.set(peer, (keep.get(peer) ?? 0) + 1)
  return { inMs, keep }
}

/** Whether all that is to be kept will be there by then, by what hosts say now. */
export function isHeld(rooms: ReadonlyMap<PeerId, HostRoom>, { inMs, keep }: PromisedStart): boolean {
  for (const [peer, needed] of keep) {
    const { count = 0, laterMs = [] } = rooms.get(peer) ?? {}
    if (count + laterMs.filter((ms) => ms <= inMs).length < needed) return false
  }
  return true
}

/** What it has once so many are free at a moment when it said before what it has later: the first of those have come. */
export function withFreed(room: HostRoom | undefined, peer: PeerId, count: number): HostRoom {
  const { count: before = 0, laterMs = [] } = room ?? {}
  return { peer, count, laterMs: laterMs.slice(Math.max(0, count - before)) }
}
