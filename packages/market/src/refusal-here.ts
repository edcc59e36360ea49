import type { Refusal, Shape } from '@souk/wire'
import { decideFit } from './fit.ts'
import { overQuota } from './quota-refusal.ts'
import { draining, pressed } from './refusal.ts'
import { decideTies } from './ties.ts'
import type { LocalView } from './views.ts'

/** Why this host would take no such task now even with room for it; undefined: it would. */
export function refusalHere(local: LocalView, shape: Shape): Refusal | undefined {
  const offer = local.offer()
  const pressure = local.pressure()
  return (
    decideFit(offer, shape) ??
    (offer.draining ? draining : undefined) ??
    (pressure === undefined ? undefined : pressed(pressure)) ??
    decideTies(local.ties(), shape) ??
    overQuota(local.quotas(), shape)
  )
}
