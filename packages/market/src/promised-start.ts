import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'

/** Room that a host said it has for a gang: places now, and for each further one the time until then, at most. */
export interface HostRoom {
  peer: PeerId
  count: number
  laterMs: readonly Millis[]
}

/** When a gang can start at the latest, and how many places each host must keep for it until then. */
export interface PromisedStart {
  inMs: Millis
  keep: ReadonlyMap<PeerId, number>
}

/**
 * The first moment by which `size` places are there by what hosts said, and which of them to keep. If more are there by then,
 * those that come last are kept, so that the ones free earlier stay of use to others. Undefined: too many runs have no
 * timeout to tell. This is the reservation of EASY backfilling (Lifka 1995), by what hosts say instead of a central table.
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

/** Whether every host still has, by what they say now, the places that it is to keep by then. */
export function isHeld(rooms: ReadonlyMap<PeerId, HostRoom>, { inMs, keep }: PromisedStart): boolean {
  for (const [peer, needed] of keep) {
    const { count = 0, laterMs = [] } = rooms.get(peer) ?? {}
    if (count + laterMs.filter((ms) => ms <= inMs).length < needed) return false
  }
  return true
}

/** The room of a host that now has `count` places: as many of those that it announced for later have come. */
export function withFreed(room: HostRoom | undefined, peer: PeerId, count: number): HostRoom {
  const { count: before = 0, laterMs = [] } = room ?? {}
  return { peer, count, laterMs: laterMs.slice(Math.max(0, count - before)) }
}
