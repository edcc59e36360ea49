import type { Host } from '@souk/host'
import { decideFit, quotaRefusal, shapeOf } from '@souk/market'
import type { Baton, Offer, Refusal } from '@souk/wire'

/** Whether this host takes an awarded baton: it must be able to, and have room, or the task nowhere better to go. */
export function decideAdmission({ record, alternates, bounces }: Baton, offer: Offer, host: Host): Refusal | undefined {
  const shape = shapeOf(record.spec)
  const unfit = decideFit(offer, shape)
  if (unfit) return unfit
  if (offer.draining) return { code: 'draining', never: false, detail: 'it takes no new work' }
  if (host.queueFull) return { code: 'queue-full', never: false, detail: `${host.queued} queued` }
  const over = host.quotas?.over(record.spec.tenant, shape.request)
  if (over) return quotaRefusal(over)
  const elsewhere = alternates.length > 0 && bounces < 2
  if (elsewhere && host.room(shape.request, 1) === 0)
    return { code: 'no-room', never: false, detail: 'taken meanwhile' }
  return undefined
}
