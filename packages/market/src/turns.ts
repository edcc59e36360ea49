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

/** tenants of which it is remembered what they were given; one that is forgotten begins anew, ahead by a turn at most */
const tenantsMax = 1024

/**
 * Whose turn it is among tenants whose tasks wait with this bearer: fair queueing by dominant resource (Ghodsi et al.,
 * SIGCOMM 2012). A bearer does not hear when what it gave away ends, so each tenant is charged when it is given room:
 * its task's dominant share of the mesh for as long as such tasks run, over its weight. The tenant that was charged
 * least goes first. Who comes anew begins where the others are: nobody saves up turns by asking for nothing.
 */
export class Turns {
  readonly #weights: Readonly<Record<string, number>>
  readonly #charged = new BoundedMap<string, number>(tenantsMax)
  /** tasks by tenant; with one of those there is nothing to be fair about */
  readonly waiting = new Tally()
  /** what whoever was given room last had been charged before */
  #clock = 0

  constructor(weights: Readonly<Record<string, number>>) {
    this.#weights = weights
  }

  /** What it was charged so far; lower goes first. */
  of(tenant: string): number {
    return Math.max(this.#clock, this.#charged.get(tenant) ?? 0)
  }

  /** It is given room for `count` tasks of this request, which run so long. */
  charge(tenant: string, count: number, request: ResourceRequest, ms: Millis, total: ResourceVector): void {
    const before = this.of(tenant)
    const cost = (count * dominantShare(useOf(request), total) * Math.max(1, ms)) / weightOf(this.#weights, tenant)
    this.#clock = before
    this.#charged.push(tenant, before + cost)
  }
}
