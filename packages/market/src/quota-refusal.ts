import type { OverQuota } from '@souk/kernel'
import type { Refusal, Shape } from '@souk/wire'
import type { LocalView } from './views.ts'

/** Why a tenant may not have one more here. Never: one of these alone is more than it may have. */
export function quotaRefusal({ tenant, resource, allowed, held, needed }: OverQuota): Refusal {
  const detail = `${resource}: ${tenant.slice(0, 100)} holds ${held} of ${allowed} there, needs ${needed}`
  return { code: 'quota', never: needed > allowed, detail }
}

/** The same of this host and tasks of this shape; undefined: one more may come. */
export function overQuota(local: LocalView, shape: Shape): Refusal | undefined {
  const over = local.quotas()?.over(shape.tenant ?? '', shape.request)
  return over && quotaRefusal(over)
}
