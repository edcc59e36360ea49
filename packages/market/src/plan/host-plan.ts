import type { Millis, ResourceRequest } from '@souk/kernel'
import { type MessageOf, type Offer, type PeerId, type Refusal, type Ties, tiesOf } from '@souk/wire'
import type { Demand } from '../class-mix.ts'
import type { Quantiles } from '../durations.ts'
import { type Wants, wantsOf } from '../fragmentation.ts'
import { unmetMilli } from '../ties.ts'
import { Occupancy, type Stay, type Wanted } from './occupancy.ts'
import { Timeline } from './timeline.ts'
import { ZoneStays } from './zone-stays.ts'

/** A host that has answered, and what it is. */
export interface SurveyedHost {
  peer: PeerId
  offer: Offer
  /** absent: one of its own */
  zone?: string | undefined
  survey: MessageOf<'surveyed'>
}

/** What a plan knows before it looks at hosts. */
interface Beforehand {
  /** in the order in which hosts were asked for them */
  classes: readonly string[]
  demands: readonly Demand[]
  assumedMs: Millis
}

/** One host in a plan: its timeline, what it knows of durations, and how often it was chosen for each shape. */
export class HostPlan {
  readonly peer: PeerId
  readonly offer: Offer
  readonly timeline: Timeline
  /** what may come, as this host could serve it */
  readonly wants: Wants
  readonly #durations: Map<string, Quantiles>
  #given = new Map<string, number>()
  readonly #occupancy: Occupancy
  readonly #zone: ZoneStays
  #placed = 0
  /** CPU-milliseconds (thousandths) of what runs or waits there now: when it ends, and how much it takes */
  readonly now: { startMs: Millis; endMs: Millis; cpuMilli: number }[] = []

  /** `assumedMs`: what is taken to be left of a run of which nobody knows how long it takes */
  constructor({ peer, offer, survey }: SurveyedHost, { classes, demands, assumedMs }: Beforehand, zone: ZoneStays) {
    this.#zone = zone
    this.peer = peer
    this.offer = offer
    this.#durations = new Map(survey.durations.map((quantiles, i) => [classes[i]!, quantiles]))
    this.wants = wantsOf(demands, { capacity: offer.capacity, gpus: offer.gpus ?? [] })
    this.timeline = new Timeline(survey.free, offer.gpus)
    const present: Stay[] = []
    for (const { queued, request, gpuDevices, endsMs = assumedMs, tenant = '', ...tied } of survey.work) {
      const startMs = queued ? this.#queue(request, endsMs) : 0
      // What waits there counts from now on.
      present.push({ startMs: 0, endMs: startMs + endsMs, tenant, request, ties: tiesOf(tied) ?? {} })
      if (!queued) {
        const devices = gpuDevices.filter((index) => index < survey.free.gpuMilli.length)
        this.timeline.endsAt(endsMs, { request, gpuDevices: devices })
        this.now.push({ startMs: 0, endMs: endsMs, cpuMilli: request.cpuMilli })
      }
    }
    for (const stay of present) zone.add(stay)
    this.#occupancy = new Occupancy(survey.quotas ?? [], present)
  }

  /** What waits there goes first, in its order; returns when it begins. */
  #queue(request: ResourceRequest, runMs: Millis): Millis {
    const startMs = this.timeline.earliest(request, runMs, 0)
    if (startMs === undefined) return 0
    this.timeline.place(request, startMs, runMs)
    this.now.push({ startMs, endMs: startMs + runMs, cpuMilli: request.cpuMilli })
    return startMs
  }

  /** Tasks that it was given, of all shapes, and those of its zone that all of it sees. */
  get placed(): number {
    return this.#placed + this.#zone.size
  }

  /** Tasks of one shape that it was given. */
  given(shapeKey: string): number {
    return this.#given.get(shapeKey) ?? 0
  }

  /** The first time, not before `fromMs`, at which there is room, and quotas and ties allow it; undefined: never. */
  earliest(wanted: Wanted, runMs: Millis, fromMs: Millis): Millis | undefined {
    let startMs = this.timeline.earliest(wanted.request, runMs, fromMs)
    while (startMs !== undefined) {
      const here = this.#occupancy.again(wanted, startMs, runMs) ?? startMs
      const again = Math.max(here, this.#zone.again(wanted.ties, startMs, runMs) ?? startMs)
      if (again === startMs) return startMs
      startMs = again === Infinity ? undefined : this.timeline.earliest(wanted.request, runMs, again)
    }
    return undefined
  }

  /** Why quotas and ties never allow it, as it is planned now. */
  whyNever(wanted: Wanted): Refusal | undefined {
    return this.#occupancy.whyNever(wanted) ?? this.#zone.whyNever(wanted.ties)
  }

  /** Thousandths of what it would rather be near or apart that would not be so then. */
  unmetMilli(ties: Ties, atMs: Millis): number {
    return unmetMilli(this.#occupancy.at(atMs), ties) + this.#zone.unmetMilli(ties, atMs)
  }

  /** Gives it one more; only where and when `earliest` found room. */
  place(wanted: Wanted, shapeKey: string, { startMs, runMs }: { startMs: Millis; runMs: Millis }): void {
    this.timeline.place(wanted.request, startMs, runMs)
    const stay = { ...wanted, startMs, endMs: startMs + runMs }
    this.#occupancy.add(stay)
    this.#zone.add(stay)
    this.#given.set(shapeKey, this.given(shapeKey) + 1)
    this.#placed++
  }

  /** Keeps room for one more from then on, for good; only where and when `earliest` found room, and to be taken back. */
  hold(wanted: Wanted, { startMs, runMs }: { startMs: Millis; runMs: Millis }): void {
    this.timeline.hold(wanted.request, startMs, runMs)
    const stay = { ...wanted, startMs, endMs: Infinity }
    this.#occupancy.add(stay)
    this.#zone.add(stay)
  }

  /** What it was given so far; called, what came since is taken back. Only the newest such mark may be, then the one before. */
  mark(): () => void {
    const given = new Map(this.#given)
    const placed = this.#placed
    const marks = [this.timeline, this.#occupancy, this.#zone].map((part) => part.mark())
    return () => {
      for (const restore of marks) restore()
      this.#given = given
      this.#placed = placed
    }
  }

  /** By what runs there took; undefined where it never ran one. */
  expected(className: string): Quantiles | undefined {
    const known = this.#durations.get(className)
    return known && known.p50 > 0 ? known : undefined
  }
}

/** All hosts of a plan, those of one zone with one word of what is there. */
export function hostPlansOf(hosts: readonly SurveyedHost[], beforehand: Beforehand): HostPlan[] {
  const zones = new Map<string, ZoneStays>()
  return hosts.map((host) => {
    const name = host.zone ?? host.peer
    const zone = zones.get(name) ?? new ZoneStays(name)
    zones.set(name, zone)
    return new HostPlan(host, beforehand, zone)
  })
}
