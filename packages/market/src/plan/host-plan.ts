import type { Millis, ResourceRequest } from '@souk/kernel'
import { type MessageOf, type Offer, type PeerId, type Refusal, type Ties, tiesOf } from '@souk/wire'
import type { Demand } from '../class-mix.ts'
import type { Quantiles } from '../durations.ts'
import { type Wants, wantsOf } from '../fragmentation.ts'
import { unmetMilli } from '../ties.ts'
import { Occupancy, type Stay, type Wanted } from './occupancy.ts'
import { Timeline } from './timeline.ts'
import { ZoneStays } from './zone-stays.ts'

/** A host that has answered the survey. */
export interface SurveyedHost {
  peer: PeerId
  offer: Offer
  /** absent: it is a zone of its own */
  zone?: string | undefined
  survey: MessageOf<'surveyed'>
}

/** What a plan knows before it looks at hosts. */
interface Beforehand {
  /** in the order of the survey's durations */
  classes: readonly string[]
  demands: readonly Demand[]
  assumedMs: Millis
}

/** One host in a plan: its free room over time, who is there when, its durations, and how often it was chosen per shape. */
export class HostPlan {
  readonly peer: PeerId
  readonly offer: Offer
  readonly timeline: Timeline
  /** sizes of task that may come, against this host */
  readonly wants: Wants
  readonly #durations: Map<string, Quantiles>
  #given = new Map<string, number>()
  readonly #occupancy: Occupancy
  readonly #zone: ZoneStays
  #placed = 0
  /** the times and CPU of the tasks that run or queue there now */
  readonly now: { startMs: Millis; endMs: Millis; cpuMilli: number }[] = []

  /** `assumedMs`: what is assumed to be left of a run whose end the host does not know */
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
      // A queued task keeps others away by ties and quota from now on, not only once it starts.
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

  /** Places a task of the host's queue, before all planned ones; returns when it begins. */
  #queue(request: ResourceRequest, runMs: Millis): Millis {
    const startMs = this.timeline.earliest(request, runMs, 0)
    if (startMs === undefined) return 0
    this.timeline.place(request, startMs, runMs)
    this.now.push({ startMs, endMs: startMs + runMs, cpuMilli: request.cpuMilli })
    return startMs
  }

  /** Tasks that it was given, and zoned tasks in its zone: while this stands its start times stand. */
  get placed(): number {
    return this.#placed + this.#zone.size
  }

  /** Tasks of one shape that this host was given. */
  given(shapeKey: string): number {
    return this.#given.get(shapeKey) ?? 0
  }

  /** The first time, not before `fromMs`, at which there is room and quotas and ties allow it; undefined: never. */
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

  /** Why quotas or ties never allow it, as the plan stands. */
  whyNever(wanted: Wanted): Refusal | undefined {
    return this.#occupancy.whyNever(wanted) ?? this.#zone.whyNever(wanted.ties)
  }

  /** Thousandths of the preferred ties that would not be met at that time. */
  unmetMilli(ties: Ties, atMs: Millis): number {
    return unmetMilli(this.#occupancy.at(atMs), ties) + this.#zone.unmetMilli(ties, atMs)
  }

  /** Gives the host one more task; only where and when `earliest` found room. */
  place(wanted: Wanted, shapeKey: string, { startMs, runMs }: { startMs: Millis; runMs: Millis }): void {
    this.timeline.place(wanted.request, startMs, runMs)
    const stay = { ...wanted, startMs, endMs: startMs + runMs }
    this.#occupancy.add(stay)
    this.#zone.add(stay)
    this.#given.set(shapeKey, this.given(shapeKey) + 1)
    this.#placed++
  }

  /** Keeps room for one more task from then on for good, to be undone by a mark; only where and when `earliest` found room. */
  hold(wanted: Wanted, { startMs, runMs }: { startMs: Millis; runMs: Millis }): void {
    this.timeline.hold(wanted.request, startMs, runMs)
    const stay = { ...wanted, startMs, endMs: Infinity }
    this.#occupancy.add(stay)
    this.#zone.add(stay)
  }

  /** Returns a function that undoes all that came after this call. Marks must be undone newest first. */
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

  /** Duration of the class by the host's own runs; undefined: it never ran one. */
  expected(className: string): Quantiles | undefined {
    const known = this.#durations.get(className)
    return known && known.p50 > 0 ? known : undefined
  }
}

/** All hosts of a plan; hosts of one zone share one `ZoneStays`. */
export function hostPlansOf(hosts: readonly SurveyedHost[], beforehand: Beforehand): HostPlan[] {
  const zones = new Map<string, ZoneStays>()
  return hosts.map((host) => {
    const name = host.zone ?? host.peer
    const zone = zones.get(name) ?? new ZoneStays(name)
    zones.set(name, zone)
    return new HostPlan(host, beforehand, zone)
  })
}
