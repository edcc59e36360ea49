import {
  BoundedMap,
  dominantShare,
  type Millis,
  type ResourceRequest,
  type ResourceVector,
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
  /** waiting tasks of each tenant that has any */
  readonly #waiting = new Map<string, number>()
  /** what whoever was given room last had been charged before */
  #clock = 0

  constructor(weights: Readonly<Record<string, number>>) {
    this.#weights = weights
  }

  /** Tenants with waiting tasks. With one there is nothing to be fair about. */
  get tenants(): number {
    return this.#waiting.size
  }

  waitingOf(tenant: string): number {
    return this.#waiting.get(tenant) ?? 0
  }

  joined(tenant: string): void {
    this.#waiting.set(tenant, this.waitingOf(tenant) + 1)
  }

  left(tenant: string): void {
    const rest = this.waitingOf(tenant) - 1
    if (rest > 0) this.#waiting.set(tenant, rest)
    else this.#waiting.delete(tenant)
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
