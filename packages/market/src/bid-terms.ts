import type { Millis, ResourceRequest, ResourceVector } from '@souk/kernel'
import { alternativeField, type BidTerms, requestsOf, type Shape } from '@souk/wire'
import { type Durations, durationClass } from './durations.ts'
import type { Packing } from './packing.ts'
import { countTogether, unmetField, unmetMilli } from './ties.ts'
import type { LocalView } from './views.ts'

/** The alternative of a request that there is room for now. */
export interface Room {
  alternative: number
  request: ResourceRequest
  /** how many could start now */
  room: number
}

/**
 * The first alternative with room on this host for at least one such task, within the quota of its tenant; counted up to
 * `count`. With room for none: the request itself, room 0.
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

/** The terms of a bid for tasks that could start now. `dueInMs`: until the earliest deadline among them. */
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

/** Whether each of `count` tasks would find a warm worker; else how long a cold worker takes to get warm, if known. */
function warmTerms(warmth: ReturnType<LocalView['warmth']>, count: number): Pick<BidTerms, 'warm' | 'coldMs'> {
  if (warmth === undefined) return { warm: false }
  if (warmth.free >= count) return { warm: true }
  const coldMs = Math.round(warmth.coldMs)
  return coldMs > 0 ? { warm: false, coldMs } : { warm: false }
}

/** Use of the scarcest of slots, CPU, memory and GPUs, in thousandths; a resource that the host has none of does not count. */
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
