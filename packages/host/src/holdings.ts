import { type Allocation, type ResourceRequest, type ResourceVector, TenantShares } from '@souk/kernel'
import { Ledger } from './ledger.ts'

/** What is held here, by whom, and what is free: the ledger, with each tenant's part of it. */
export class Holdings {
  readonly #ledger = new Ledger()
  readonly #tenants = new Map<string, string>()
  readonly shares: TenantShares

  constructor(weights: Readonly<Record<string, number>>) {
    this.shares = new TenantShares(weights)
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
