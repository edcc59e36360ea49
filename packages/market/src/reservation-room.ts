import { copiesThatFit, type Millis } from '@souk/kernel'
import { limits, type Refusal, type Shape } from '@souk/wire'
import { laterRoomMs } from './later-room.ts'
import { later } from './refusal.ts'
import type { Reservation } from './reservation.ts'
import { countTogether } from './ties.ts'
import type { LocalView } from './views.ts'

/** runs that are looked at to say when this host has more room */
const runsMax = 256

/** How many more places of those wanted the tenant's quota and the gang's ties allow here. */
export function allowedMore(local: LocalView, { shape, keys, wanted }: Reservation): number {
  const { tenant = '', request } = shape
  const more = Math.max(0, Math.min(wanted, countTogether(shape)) - keys.length)
  return local.quotas()?.allowed(tenant, request, more) ?? more
}

/** Fewer places are kept than the gang needs here, and this host could hold more of them when it is empty. */
export function lacksRoom(local: LocalView, reservation: Reservation): boolean {
  const { shape, keys, keep } = reservation
  const { capacity, gpus } = local.offer()
  const most = Math.min(keep, keys.length + allowedMore(local, reservation))
  return copiesThatFit(capacity, shape.request, most, gpus) > keys.length
}

/** When there is more room here for a patient gang, at the latest. One gang a host is patient, and gets what comes free. */
export function laterRoomOf(local: LocalView, reservation: Reservation, now: Millis): { laterMs?: Millis[] } {
  if (!reservation.patient) return {}
  const { gpus } = local.offer()
  const most = Math.min(limits.laterRoomMax, allowedMore(local, reservation))
  const host = { free: local.free(), gpus, work: local.work(runsMax, now) }
  return { laterMs: laterRoomMs(host, reservation.shape.request, most, now) }
}

/** The most of `count` that the tenant's quota ever allows here, if that is fewer: waiting does not help then. */
export function quotaMostOf(local: LocalView, { tenant = '', request }: Shape, count: number): { quotaMost?: number } {
  const most = local.quotas()?.ever(tenant, request, count) ?? count
  return most < count ? { quotaMost: most } : {}
}

/** The refusal where the quota is why fewer than `count` places are kept; it holds until tasks of the tenant end. */
export function quotaShort({ shape, keys: { length } }: Reservation, count: number): Refusal | undefined {
  if (length >= Math.min(count, countTogether(shape))) return undefined
  return later(
    'quota',
    `${shape.tenant?.slice(0, 100) ?? 'its tenant'} may have ${length || 'no more'} of them there now`,
  )
}
