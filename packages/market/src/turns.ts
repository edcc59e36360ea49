import {
  BoundedMap,
  dominantShare,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
  Tally,
  useOf,
  weightOf,
} from '@souk/kernel'

/** tenants whose charges are remembered; one that is forgotten begins at the clock, so it gains a turn at most */
const tenantsMax = 1024

/**
 * Whose turn it is among tenants whose tasks wait with this bearer: fair queueing by dominant resource (Ghodsi et al.,
 * SIGCOMM 2012). A bearer does not hear when what it gave away ends, so each tenant is charged when it is given room:
 * its task's dominant share of the mesh for as long as such tasks run, over its weight. The tenant that was charged
 * least goes first. A tenant that is new or was idle begins at the clock: nobody saves up turns by asking for nothing.
 */
export class Turns {
  readonly #weights: Readonly<Record<string, number>>
  readonly #charged = new BoundedMap<string, number>(tenantsMax)
  /** waiting tasks by tenant; with one tenant there is nothing to be fair about */
  readonly waiting = new Tally()
  /** virtual time: the charge, before its latest task, of the tenant that was given room last */
  #clock = 0

  constructor(weights: Readonly<Record<string, number>>) {
    this.#weights = weights
  }

  /** What this tenant was charged so far; the lowest goes first. */
  of(tenant: string): number {
    return Math.max(this.#clock, this.#charged.get(tenant) ?? 0)
  }

  /** The tenant is given room for `count` tasks of this request that run `ms` each; `total`: capacity of the mesh. */
  charge(tenant: string, count: number, request: ResourceRequest, ms: Millis, total: ResourceVector): void {
    const before = this.of(tenant)
    const cost = (count * dominantShare(useOf(request), total) * Math.max(1, ms)) / weightOf(this.#weights, tenant)
    this.#clock = before
    this.#charged.push(tenant, before + cost)
  }
}
