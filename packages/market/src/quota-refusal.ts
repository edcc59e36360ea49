import type { OverQuota, QuotaRoom } from '@souk/kernel'
import { type Refusal, requestsOf, type Shape } from '@souk/wire'

/** Why the tenant's quota lets no further such task run at a host; undefined: it may run as one of its alternatives. */
export function overQuota(quotas: QuotaRoom | undefined, shape: Shape): Refusal | undefined {
  if (!quotas) return undefined
  const refusals: Refusal[] = []
  for (const request of requestsOf(shape)) {
    const over = quotas.over(shape.tenant ?? '', request)
    if (!over) return undefined
    refusals.push(quotaRefusal(over))
  }
  return refusals.find(({ never }) => !never) ?? refusals[0]
}

/** `never` if one such task alone exceeds the quota; else it may run once others of the tenant have ended. */
export function quotaRefusal({ tenant, resource, allowed, held, needed }: OverQuota): Refusal {
  const detail = `${resource}: ${tenant.slice(0, 100)} holds ${held} of ${allowed} there, needs ${needed}`
  const shortage = { resource, available: allowed, needed }
  return needed > allowed ? { code: 'quota', never: true, shortage, detail } : { code: 'quota', never: false, detail }
}
