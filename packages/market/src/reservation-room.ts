import { copiesThatFit, type Millis } from '@souk/kernel'
import { limits, type Refusal, type Shape } from '@souk/wire'
import { laterRoomMs } from './later-room.ts'
import { later } from './refusal.ts'
import type { Reservation } from './reservation.ts'
import { countTogether } from './ties.ts'
import type { LocalView } from './views.ts'

/** runs of this host that are looked at to say when it has room at the latest */
const runsMax = 256

/** How many more of it its tenant and its ties allow here. */
export function allowedMore(local: LocalView, { shape, keys, wanted }: Reservation): number {
  const { tenant = '', request } = shape
  const more = Math.max(0, Math.min(wanted, countTogether(shape)) - keys.length)
  return local.quotas()?.allowed(tenant, request, more) ?? more
}

/** It keeps less than it is to keep, and this host could hold more of it when it is empty. */
export function lacksRoom(local: LocalView, reservation: Reservation): boolean {
  const { shape, keys, keep } = reservation
  const { capacity, gpus } = local.offer()
  const most = Math.min(keep, keys.length + allowedMore(local, reservation))
  return copiesThatFit(capacity, shape.request, most, gpus) > keys.length
}

/** When a patient one has more room here at the latest; of two only the older is told, since the room is its. */
export function laterRoomOf(local: LocalView, reservation: Reservation, now: Millis): { laterMs?: Millis[] } {
  if (!reservation.patient) return {}
  const { gpus } = local.offer()
  const most = Math.min(limits.laterRoomMax, allowedMore(local, reservation))
  const host = { free: local.free(), gpus, work: local.work(runsMax, now) }
  return { laterMs: laterRoomMs(host, reservation.shape.request, most, now) }
}

/** Its tenant's quota lets this host never have as many: no waiting helps. */
export function quotaMostOf(local: LocalView, { tenant = '', request }: Shape, count: number): { quotaMost?: number } {
  const most = local.quotas()?.ever(tenant, request, count) ?? count
  return most < count ? { quotaMost: most } : {}
}

/** It keeps all that its tenant may have here beside what it has, and that is less: one that ends makes room for another. */
export function quotaShort({ shape, keys: { length } }: Reservation, count: number): Refusal | undefined {
  if (length >= Math.min(count, countTogether(shape))) return undefined
  return later(
    'quota',
    `${shape.tenant?.slice(0, 100) ?? 'its tenant'} may have ${length || 'no more'} of them there now`,
  )
}
