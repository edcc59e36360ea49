import {
  type Allocation,
  type GpuGroup,
  type ResourceRequest,
  type ResourceVector,
  type Shortage,
  TenantShares,
} from '@souk/kernel'
import type { TaskId, Ties } from '@souk/wire'
import type { HostConfig } from './config.ts'
import { Ledger } from './ledger.ts'
import { QuotaBook } from './quota-book.ts'

/** A task that comes here, or is here, as far as what is held counts it. */
export interface Held {
  tenant: string
  request: ResourceRequest
  ties?: Ties | undefined
}

/** Who may know better which devices to take. */
export interface DevicesView {
  /** those that leave most for what usually comes, of what is free now; undefined: no opinion */
  devices(request: ResourceRequest): readonly number[] | undefined
}

/** What is held here, by whom, beside what, and what is free: the ledger, with each tenant's part of it. */
export class Holdings {
  readonly #ledger = new Ledger()
  readonly #view: DevicesView
  readonly #tenants = new Map<string, string>()
  /** of tasks that have any, from when they are expected here until they have ended */
  readonly #ties = new Map<TaskId, Ties>()
  /** of what is taken */
  readonly shares: TenantShares
  /** of what is taken, or waits here for room */
  readonly quotas: QuotaBook

  constructor({ tenantWeights, quotas }: Pick<HostConfig, 'tenantWeights' | 'quotas'>, view: DevicesView) {
    this.#view = view
    this.shares = new TenantShares(tenantWeights)
    this.quotas = new QuotaBook(quotas)
  }

  get free(): ResourceVector {
    return this.#ledger.free
  }

  get total(): ResourceVector {
    return this.#ledger.total
  }

  /** Every allocation, by its task. */
  get taken(): ReadonlyMap<string, Allocation> {
    return this.#ledger.taken
  }

  /** By what runs, waits or is about to come here. */
  get ties(): readonly Ties[] {
    return [...this.#ties.values()]
  }

  resize(total: ResourceVector, gpus?: readonly GpuGroup[]): void {
    this.#ledger.resize(total, gpus)
  }

  /** undefined when it does not fit now. */
  take(key: string, tenant: string, request: ResourceRequest): Allocation | undefined {
    const allocation = this.#ledger.take(key, request, request.gpu.count > 0 ? this.#view.devices(request) : undefined)
    if (allocation) {
      this.#tenants.set(key, tenant)
      this.shares.add(tenant, request)
    }
    return allocation
  }

  /** For a task that comes soon: its room if there is any, and what it counts for until then. */
  reserve(task: TaskId, held: Held): void {
    this.expect(task, held)
    if (!this.holds(task)) this.take(task, held.tenant, held.request)
  }

  /** It does not come. */
  release(task: TaskId): void {
    this.forget(task)
    if (this.holds(task)) this.give(task)
  }

  /** What is kept under one name is another's from now on. */
  rename(from: string, task: TaskId): void {
    const tenant = this.#tenants.get(from)
    const request = this.#ledger.held(from)?.request
    const twice = this.#ledger.holds(task)
    this.#ledger.rename(from, task)
    this.forget(from)
    if (tenant === undefined || !request) return
    this.#tenants.delete(from)
    if (twice) this.shares.remove(tenant, request)
    else {
      this.#tenants.set(task, tenant)
      this.quotas.hold(task, tenant, request)
    }
  }

  /** From now on it counts: against its tenant's quota, and as company of others. */
  expect(task: TaskId, { tenant, request, ties }: Held): void {
    this.quotas.hold(task, tenant, request)
    if (ties) this.#ties.set(task, ties)
  }

  /** It no longer does. */
  forget(task: TaskId): void {
    this.quotas.drop(task)
    this.#ties.delete(task)
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

  /** What is missing for it even with nothing taken; undefined: it can run here. */
  never(request: ResourceRequest): Shortage | undefined {
    return this.#ledger.never(request)
  }
}
