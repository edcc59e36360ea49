import { anyTenant, type Millis, type Quota, quotaResources, type ResourceRequest, useOf } from '@souk/kernel'
import { type Refusal, type Shape, type Ties, tiesOf } from '@souk/wire'
import { quotaRefusal } from '../quota-refusal.ts'
import { decideTies, isTied } from '../ties.ts'

/** A task that is or would be at a host for a while, as far as quotas and ties are concerned. */
export interface Stay {
  startMs: Millis
  endMs: Millis
  tenant: string
  request: ResourceRequest
  ties: Ties
}

/** A task that looks for a time at the host. */
export type Wanted = Pick<Stay, 'tenant' | 'request' | 'ties'>

export function wantedOf(shape: Shape, request: ResourceRequest): Wanted {
  return { tenant: shape.tenant ?? '', request, ties: tiesOf(shape) ?? {} }
}

/** Which tasks are at a host when, and so when its quotas and ties let one more come. Cost of a look: the number of stays. */
export class Occupancy {
  readonly #stays: Stay[] = []
  readonly #quotas: ReadonlyMap<string, Quota>

  /** `left`: what tenants may have there besides `present` */
  constructor(left: readonly { tenant: string; quota: Quota }[], present: readonly Stay[]) {
    this.#quotas = new Map(left.map(({ tenant, quota }) => [tenant, { ...quota }]))
    for (const stay of present) {
      const quota = this.#quotas.get(stay.tenant)
      // The quota that is left comes without the present tasks, whose shares come free when they end.
      if (quota) add(quota, stay.request)
      this.add(stay)
    }
  }

  /** Returns a function that removes all stays added after this call. */
  mark(): () => void {
    const { length } = this.#stays
    return () => {
      this.#stays.length = length
    }
  }

  add(stay: Stay): void {
    if (this.#quotas.size > 0 || isTied(stay.ties)) this.#stays.push(stay)
  }

  /** Ties of the tasks that are there at this time. */
  at(atMs: Millis): Ties[] {
    return this.#stays.filter((stay) => isThere(stay, atMs)).map(({ ties }) => ties)
  }

  /** undefined: the task may come at startMs; else the next time worth a look; Infinity: never, as the plan stands. */
  again(wanted: Wanted, startMs: Millis, runMs: Millis): Millis | undefined {
    const times = [this.#againByTies(wanted, startMs, runMs), this.#againByQuota(wanted, startMs, runMs)]
    const latest = Math.max(...times.map((time) => time ?? startMs))
    return latest > startMs ? latest : undefined
  }

  /** Why the task may never come, as the plan stands. */
  whyNever(wanted: Wanted): Refusal | undefined {
    const over = this.#overAlone(wanted)
    if (over) return over
    const { near } = wanted.ties
    const groups = this.#stays.map(({ ties }) => ties)
    return near ? decideTies(groups, { near }) : undefined
  }

  #againByTies({ ties }: Wanted, startMs: Millis, runMs: Millis): Millis | undefined {
    if (!isTied(ties) && this.#stays.length === 0) return undefined
    const { near = [], ...apart } = ties
    const inTheWay = this.#stays.filter((stay) => {
      return stay.startMs < startMs + runMs && stay.endMs > startMs && decideTies([stay.ties], apart)
    })
    if (inTheWay.length > 0) return Math.min(...inTheWay.map(({ endMs }) => endMs))
    const missing = near.filter((tie) => tie.required && decideTies(this.at(startMs), { near: [tie] }))
    if (missing.length === 0) return undefined
    const come = missing.map(({ group }) => {
      const later = this.#stays.filter((stay) => stay.ties.group === group && stay.startMs > startMs)
      return Math.min(...later.map((stay) => stay.startMs))
    })
    return Math.max(...come)
  }

  #againByQuota(wanted: Wanted, startMs: Millis, runMs: Millis): Millis | undefined {
    const quota = this.#quotaOf(wanted.tenant)
    if (!quota) return undefined
    if (this.#overAlone(wanted)) return Infinity
    const own = this.#stays.filter(({ tenant }) => tenant === wanted.tenant)
    const times = own.flatMap((stay) =>
      stay.startMs > startMs && stay.startMs < startMs + runMs ? [stay.startMs] : [],
    )
    for (const atMs of [startMs, ...times]) {
      const there = own.filter((stay) => isThere(stay, atMs))
      const left = { ...quota }
      for (const { request } of there) add(left, request, -1)
      if (overOf(left, wanted.request)) return Math.min(...there.map(({ endMs }) => endMs))
    }
    return undefined
  }

  /** The refusal if one such task alone exceeds the quota. */
  #overAlone({ tenant, request }: Wanted): Refusal | undefined {
    const quota = this.#quotaOf(tenant)
    const over = quota && overOf(quota, request)
    return over && quotaRefusal({ ...over, tenant, held: 0 })
  }

  #quotaOf(tenant: string): Quota | undefined {
    return this.#quotas.get(tenant) ?? this.#quotas.get(anyTenant)
  }
}

const isThere = ({ startMs, endMs }: Stay, atMs: Millis): boolean => startMs <= atMs && endMs > atMs

function add(quota: Quota, request: ResourceRequest, sign: 1 | -1 = 1): void {
  const use = useOf(request)
  for (const name of quotaResources) if (quota[name] !== undefined) quota[name] += sign * use[name]
}

function overOf(quota: Quota, request: ResourceRequest) {
  const use = useOf(request)
  for (const resource of quotaResources) {
    const allowed = quota[resource]
    if (allowed !== undefined && use[resource] > allowed) return { resource, allowed, needed: use[resource] }
  }
  return undefined
}
