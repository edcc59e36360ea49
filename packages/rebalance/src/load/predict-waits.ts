import type { Millis } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import { type Lane, runMsUnknown } from './lanes.ts'
import type { WaitingLot } from './load-facts.ts'

/** How long waiting tasks will still wait, from now on. */
export interface WaitForecast {
  /** tasks that will start, to which the times apply */
  tasks: number
  meanMs: Millis
  p95Ms: Millis
  /** tasks that will not start, as things stand */
  never: number
}

/** Tasks of one lot that all stay, or all move to one host. */
export interface Share {
  lot: WaitingLot
  count: number
  /** moved to this host: they start only there, afterMs from now at the earliest */
  to?: { peer: PeerId; afterMs: Millis }
}

/** tasks that are followed; of more only the first ones of each share, taken in turn */
export const followedMax = 2_000

/**
 * Simulates the starts of tasks, one of each share in turn, each in the usable lane that is free first. A task that is not
 * moved starts at its own host, or, unless it is bound there, when a run ends on another host that could run it; that an idle
 * host fetches it would be a move.
 */
export function predictWaits(shares: readonly Share[], lanes: readonly Lane[]): Map<Share, Millis[]> {
  const left = lanes.map((lane) => ({ ...lane }))
  const waits = new Map<Share, Millis[]>(shares.map((share) => [share, []]))
  let followed = 0
  for (let turn = 0; followed < followedMax; turn++) {
    const open = shares.filter(({ count }) => count > turn)
    if (open.length === 0) break
    for (const share of open.slice(0, followedMax - followed)) {
      waits.get(share)!.push(startOne(share, left))
      followed++
    }
  }
  return waits
}

function startOne({ lot, to }: Share, lanes: Lane[]): Millis {
  const { able, bearer, bound, expectedMs = runMsUnknown } = lot
  const usable = (lane: Lane): boolean => {
    if (to) return lane.peer === to.peer
    return able.includes(lane.peer) && (lane.peer === bearer || (!bound && !lane.idle))
  }
  let best: Lane | undefined
  for (const lane of lanes) if (usable(lane) && (!best || lane.freeMs < best.freeMs)) best = lane
  if (!best) return Infinity
  const startMs = Math.max(best.freeMs, to?.afterMs ?? 0)
  best.freeMs = startMs + expectedMs
  return startMs
}

export function forecastOf(waits: Iterable<readonly Millis[]>): WaitForecast {
  const all = [...waits].flat()
  const finite = all.filter(Number.isFinite).sort((a, b) => a - b)
  const sum = finite.reduce((total, ms) => total + ms, 0)
  return {
    tasks: finite.length,
    meanMs: finite.length === 0 ? 0 : Math.round(sum / finite.length),
    p95Ms: Math.round(finite[Math.max(0, Math.ceil(0.95 * finite.length) - 1)] ?? 0),
    never: all.length - finite.length,
  }
}
