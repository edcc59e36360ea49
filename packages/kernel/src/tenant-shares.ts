import { type ResourceRequest, type ResourceVector, scalarResources, unitsOf } from './resources.ts'

/** What tasks of one tenant have together. GPUs in thousandths of a device, whichever. */
export interface TenantUse {
  tasks: number
  cpuMilli: number
  memoryBytes: number
  diskBytes: number
  networkMbps: number
  slots: number
  gpuMilli: number
  custom: Record<string, number>
}

/** Whose tasks have how much: dominant resource fairness (Ghodsi et al., NSDI 2011) needs no more than that. */
export interface Shares {
  /** the largest share that the tenant has of any resource of `total`, over its weight; 0 for one that has nothing */
  share(tenant: string, total: ResourceVector): number
}

/**
 * What each tenant has now. Only tenants that have something take room, so they are bounded by what is had. A weight
 * of 2 entitles to twice as much as one of 1, which is what a tenant has that was given none.
 */
export class TenantShares implements Shares {
  readonly #weights: Readonly<Record<string, number>>
  readonly #used = new Map<string, TenantUse>()

  constructor(weights: Readonly<Record<string, number>> = {}) {
    this.#weights = weights
  }

  tenants(): IterableIterator<string> {
    return this.#used.keys()
  }

  use(tenant: string): TenantUse {
    return this.#used.get(tenant) ?? emptyUse()
  }

  add(tenant: string, request: ResourceRequest): void {
    const use = this.#used.get(tenant)
    if (use) change(use, request, 1)
    else this.#used.set(tenant, change(emptyUse(), request, 1))
  }

  remove(tenant: string, request: ResourceRequest): void {
    const use = this.#used.get(tenant)
    if (use && change(use, request, -1).tasks <= 0) this.#used.delete(tenant)
  }

  share(tenant: string, total: ResourceVector): number {
    const use = this.#used.get(tenant)
    return use ? dominantShare(use, total) / weightOf(this.#weights, tenant) : 0
  }
}

export function weightOf(weights: Readonly<Record<string, number>>, tenant: string): number {
  return Object.hasOwn(weights, tenant) ? weights[tenant]! : 1
}

/** Of the resources that there are; what there is nothing of is nobody's share. */
export function dominantShare(use: TenantUse, total: ResourceVector): number {
  let most = 0
  for (const name of scalarResources) if (total[name] > 0) most = Math.max(most, use[name] / total[name])
  const gpuMilli = total.gpuMilli.length * 1000
  if (gpuMilli > 0) most = Math.max(most, use.gpuMilli / gpuMilli)
  for (const name in use.custom) {
    const units = unitsOf(total.custom, name)
    if (units > 0) most = Math.max(most, use.custom[name]! / units)
  }
  return most
}

/** What one task of this request has. */
export const useOf = (request: ResourceRequest): TenantUse => change(emptyUse(), request, 1)

function emptyUse(): TenantUse {
  const scalars = { cpuMilli: 0, memoryBytes: 0, diskBytes: 0, networkMbps: 0, slots: 0 }
  return { tasks: 0, ...scalars, gpuMilli: 0, custom: {} }
}

function change(use: TenantUse, request: ResourceRequest, sign: 1 | -1): TenantUse {
  use.tasks += sign
  for (const name of scalarResources) use[name] += sign * request[name]
  use.gpuMilli += sign * request.gpu.count * request.gpu.milli
  for (const name in request.custom) {
    use.custom[name] = unitsOf(use.custom, name) + sign * request.custom[name]!
  }
  return use
}
