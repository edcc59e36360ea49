import type { PeerLine, TaskLine } from '@souk/client'

/** What the mesh looked like at one moment, as the connected peer saw it. */
export interface MeshMoment {
  wallMs: number
  peers: readonly PeerLine[]
  /** open tasks and those that ended last, newest submit first */
  tasks: readonly TaskLine[]
}

/** The moment that was shown at that time: the last one not after it, else the first there is. */
export function momentAt(moments: readonly MeshMoment[], wallMs: number): MeshMoment | undefined {
  let low = 0
  let high = moments.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (moments[middle]!.wallMs <= wallMs) low = middle + 1
    else high = middle
  }
  return moments[Math.max(0, low - 1)]
}

/** A task that went from one peer to another between two moments. */
export interface Flight {
  task: string
  from: string
  to: string
}

/** Where tasks went since an earlier moment; at most so many, the newest. */
export function flightsBetween(before: MeshMoment | undefined, after: MeshMoment, flightsMax: number): Flight[] {
  // Who goes back in time sees what was there, not tasks on their way back.
  if (before === undefined || before.wallMs >= after.wallMs) return []
  const hosts = new Map(before.tasks.map((task) => [task.id, task.host]))
  const flights: Flight[] = []
  for (const { id, host, origin } of after.tasks) {
    if (flights.length >= flightsMax) break
    const was = hosts.get(id) ?? origin
    if (host !== undefined && host !== was) flights.push({ task: id, from: was, to: host })
  }
  return flights
}
