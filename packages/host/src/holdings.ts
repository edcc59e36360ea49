import { type Allocation, type ResourceRequest, type ResourceVector, TenantShares } from '@souk/kernel'
import type { HostConfig } from './config.ts'
import { Ledger } from './ledger.ts'
import { QuotaBook } from './quota-book.ts'

/** What is held here, by whom, and what is free: the ledger, with each tenant's part of it. */
export class Holdings {
  readonly #ledger = new Ledger()
  readonly #tenants = new Map<string, string>()
  /** of what is taken */
  readonly shares: TenantShares
  /** of what is taken, or waits here for room */
  readonly quotas: QuotaBook

  constructor({ tenantWeights, quotas }: Pick<HostConfig, 'tenantWeights' | 'quotas'>) {
    this.shares = new TenantShares(tenantWeights)
    this.quotas = new QuotaBook(quotas)
  }

  get free(): ResourceVector {
    return this.#ledger.free
  }

  get total(): ResourceVector {
    return this.#ledger.total
  }

  resize(total: ResourceVector): void {
    this.#ledger.resize(total)
  }

  /** undefined when it does not fit now. */
  take(key: string, tenant: string, request: ResourceRequest): Allocation | undefined {
    const allocation = this.#ledger.take(key, request)
    if (allocation) {
      this.#tenants.set(key, tenant)
      this.shares.add(tenant, request)
    }
    return allocation
  }

  /** For a task that comes soon: its room if there is any, and its part of the quota. */
  reserve(key: string, tenant: string, request: ResourceRequest): void {
    this.quotas.hold(key, tenant, request)
    if (!this.holds(key)) this.take(key, tenant, request)
  }

  /** It does not come. */
  release(key: string): void {
    this.quotas.drop(key)
    if (this.holds(key)) this.give(key)
  }

  holds(key: string): boolean {
    return this.#ledger.holds(key)
  }

  held(key: string): Allocation | undefined {
    return this.#ledger.held(key)
  }

  give(key: string): void {
    const request = this.#ledger.held(key)?.request
    this.#ledger.give(key)
    const tenant = this.#tenants.get(key)
    if (tenant === undefined || !request) return
    this.#tenants.delete(key)
    this.shares.remove(tenant, request)
  }

  room(request: ResourceRequest, limit: number): number {
    return this.#ledger.room(request, limit)
  }
}
