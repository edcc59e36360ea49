import type { ResourceRequest } from './resources.ts'
import { TenantShares, useOf } from './tenant-shares.ts'

/** What a quota may bound, as `TenantUse` names it. */
export const quotaResources = [
  'tasks',
  'slots',
  'cpuMilli',
  'memoryBytes',
  'diskBytes',
  'networkMbps',
  'gpuMilli',
] as const

/** What a tenant may have at one host at once; what is not named is not bounded. */
export type Quota = Partial<Record<(typeof quotaResources)[number], number>>
export type Quotas = Readonly<Record<string, Quota>>

/** Its quota holds for each tenant that has none of its own. */
export const anyTenant = '*'

/** The first resource of which a tenant would have more than it may. */
export interface OverQuota {
  tenant: string
  resource: (typeof quotaResources)[number]
  allowed: number
  held: number
  needed: number
}

/** How much each tenant may have yet. */
export class QuotaRoom {
  readonly #quotas: Quotas
  readonly #held: TenantShares

  /** @param held what tenants have: it may change, and counts as it is */
  constructor(quotas: Quotas, held: TenantShares) {
    this.#quotas = quotas
    this.#held = held
  }

  /** Copies of this request that the tenant may take yet, at most `limit`. */
  allowed(tenant: string, request: ResourceRequest, limit: number): number {
    return this.#most(tenant, request, limit, this.#held.use(tenant))
  }

  /** Copies of it that the tenant may have here at all, once it has nothing else, at most `limit`. */
  ever(tenant: string, request: ResourceRequest, limit: number): number {
    return this.#most(tenant, request, limit, undefined)
  }

  #most(tenant: string, request: ResourceRequest, limit: number, held: Required<Quota> | undefined): number {
    const quota = this.#of(tenant)
    if (!quota) return limit
    const one = useOf(request)
    let most = limit
    for (const name of quotaResources) {
      const allowed = quota[name]
      if (allowed === undefined || one[name] === 0) continue
      most = Math.min(most, Math.floor((allowed - (held?.[name] ?? 0)) / one[name]))
    }
    return Math.max(0, most)
  }

  /** Why it may not take one more; undefined: it may. */
  over(tenant: string, request: ResourceRequest): OverQuota | undefined {
    const quota = this.#of(tenant)
    if (!quota) return undefined
    const one = useOf(request)
    const held = this.#held.use(tenant)
    for (const resource of quotaResources) {
      const allowed = quota[resource]
      const needed = one[resource]
      if (allowed !== undefined && needed > 0 && held[resource] + needed > allowed)
        return { tenant, resource, allowed, held: held[resource], needed }
    }
    return undefined
  }

  /** It takes `count` of them: for a copy that plans ahead. */
  spend(tenant: string, request: ResourceRequest, count: number): void {
    if (this.#of(tenant)) for (let i = 0; i < count; i++) this.#held.add(tenant, request)
  }

  /** What each may have yet: tenants that have something or a quota of their own, then any other. At most `limit`. */
  left(limit: number): { tenant: string; quota: Quota }[] {
    const names = [...new Set([...Object.keys(this.#quotas), ...this.#held.tenants()])].sort()
    const told = names.filter((name) => name !== anyTenant && this.#of(name)).slice(0, limit - 1)
    const any = Object.hasOwn(this.#quotas, anyTenant) ? [anyTenant] : []
    return [...told, ...any].map((tenant) => ({ tenant, quota: this.#leftOf(tenant) }))
  }

  /** A copy to plan with. */
  copy(): QuotaRoom {
    const left = this.left(Infinity).map(({ tenant, quota }): [string, Quota] => [tenant, quota])
    return new QuotaRoom(Object.fromEntries(left), new TenantShares())
  }

  #leftOf(tenant: string): Quota {
    const held = this.#held.use(tenant)
    const left: Quota = {}
    const quota = this.#of(tenant)!
    for (const name of quotaResources) {
      const allowed = quota[name]
      if (allowed !== undefined) left[name] = Math.max(0, allowed - (tenant === anyTenant ? 0 : held[name]))
    }
    return left
  }

  #of(tenant: string): Quota | undefined {
    if (Object.hasOwn(this.#quotas, tenant)) return this.#quotas[tenant]
    return Object.hasOwn(this.#quotas, anyTenant) ? this.#quotas[anyTenant] : undefined
  }
}
