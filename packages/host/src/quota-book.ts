import { QuotaRoom, type Quotas, type ResourceRequest, TenantShares } from '@souk/kernel'

/** What tenants hold here against their quotas: what is promised, what waits and what runs. */
export class QuotaBook {
  readonly #held = new TenantShares()
  readonly #tasks = new Map<string, { tenant: string; request: ResourceRequest }>()
  /** undefined: nobody has a quota here, and nothing is kept count of */
  readonly room: QuotaRoom | undefined

  constructor(quotas: Quotas) {
    this.room = Object.keys(quotas).length > 0 ? new QuotaRoom(quotas, this.#held) : undefined
  }

  /** Once for each task, however often it is said. */
  hold(task: string, tenant: string, request: ResourceRequest): void {
    if (!this.room || this.#tasks.has(task)) return
    this.#tasks.set(task, { tenant, request })
    this.#held.add(tenant, request)
  }

  drop(task: string): void {
    const held = this.#tasks.get(task)
    if (!held) return
    this.#tasks.delete(task)
    this.#held.remove(held.tenant, held.request)
  }
}
