import type { Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import { alternativeField, type BidTerms, requestsOf, type Shape } from '@souk/wire'
import { type Durations, durationClass } from './durations.ts'
import type { Packing } from './packing.ts'
import { countTogether, unmetField, unmetMilli } from './ties.ts'
import type { LocalView } from './views.ts'

/** What there is room for now, of what tasks ask for. */
export interface Room {
  alternative: number
  request: ResourceRequest
  /** how many could start now */
  room: number
}

/**
 * The first of what will do that there is room for now, and that their tenant may have, for at most `count`; 0 of the
 * request itself where of none.
 */
export function chooseRoom(local: LocalView, shape: Shape, count: number): Room {
  const most = Math.min(count, countTogether(shape))
  const quotas = local.quotas()
  for (const [alternative, request] of requestsOf(shape).entries()) {
    const room = local.room(request, quotas?.allowed(shape.tenant ?? '', request, most) ?? most)
    if (room > 0) return { alternative, request, room }
  }
  return { alternative: 0, request: shape.request, room: 0 }
}

/** What this host would offer for so many tasks of this shape that could start now. `dueInMs`: the first is wanted by then. */
export function bidTerms(
  { local, packing, durations }: { local: LocalView; packing: Packing; durations: Durations },
  shape: Shape,
  { alternative, request, room: count }: Room,
  dueInMs: Millis | undefined,
): Omit<BidTerms, 'loadSeq'> {
  const { capacity, priceMilli } = local.offer()
  const free = local.free()
  const name = durationClass(shape.class, alternative)
  const finishMs = durations.expected(name) ?? durations.told(shape.class)
  return {
    count,
    startMs: 0,
    finishMs,
    fragMilli: packing.fitting(request)?.fragMilli ?? 0,
    usedMilli: usedMilli(free, capacity),
    priceMilli,
    ...warmTerms(local.warmth(shape.class), count),
    ...(dueInMs !== undefined && finishMs.p50 > dueInMs ? { late: true } : {}),
    ...alternativeField(alternative),
    ...unmetField(unmetMilli(local.ties(), shape)),
  }
}

/** Whether each of so many tasks would find a warm worker; else how long one takes to get warm, where that is known. */
function warmTerms(warmth: ReturnType<LocalView['warmth']>, count: number): Pick<BidTerms, 'warm' | 'coldMs'> {
  if (warmth === undefined) return { warm: false }
  if (warmth.free >= count) return { warm: true }
  const coldMs = Math.round(warmth.coldMs)
  return coldMs > 0 ? { warm: false, coldMs } : { warm: false }
}

/** Thousandths in use of the resource that a host has least left of; what it has none of does not count. */
export function usedMilli(free: ResourceVector, total: ResourceVector): number {
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0)
  const pairs: [number, number][] = [
    [free.slots, total.slots],
    [free.cpuMilli, total.cpuMilli],
    [free.memoryBytes, total.memoryBytes],
    [sum(free.gpuMilli), 1000 * total.gpuMilli.length],
  ]
  const shares = pairs.map(([left, whole]) => (whole > 0 ? 1 - left / whole : 0))
  return Math.round(1000 * Math.min(1, Math.max(0, ...shares)))
}
