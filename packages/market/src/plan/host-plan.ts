import type { Millis, ResourceRequest } from '@souk/kernel'
import type { MessageOf, Offer, PeerId } from '@souk/wire'
import type { Quantiles } from '../durations.ts'
import { Timeline } from './timeline.ts'

/** A host that has answered, and what it is. */
export interface SurveyedHost {
  peer: PeerId
  offer: Offer
  survey: MessageOf<'surveyed'>
}

/** For ever, as far as a plan looks: what runs without an end that anybody knows. */
export const endlessMs = 2 ** 50

/** One host in a plan: its timeline, what it knows of durations, and how often it was chosen for each shape. */
export class HostPlan {
  readonly peer: PeerId
  readonly offer: Offer
  readonly timeline: Timeline
  readonly #durations: Map<string, Quantiles>
  /** tasks of each shape that it was given */
  readonly given = new Map<string, number>()
  /** CPU-milliseconds (thousandths) of what runs or waits there now: when it ends, and how much it takes */
  readonly now: { startMs: Millis; endMs: Millis; cpuMilli: number }[] = []

  constructor({ peer, offer, survey }: SurveyedHost, classes: readonly string[]) {
    this.peer = peer
    this.offer = offer
    this.#durations = new Map(survey.durations.map((quantiles, i) => [classes[i]!, quantiles]))
    this.timeline = new Timeline(survey.free)
    for (const { queued, request, gpuDevices, endsMs = endlessMs } of survey.work) {
      if (queued) this.#queue(request, endsMs)
      else {
        const devices = gpuDevices.filter((index) => index < survey.free.gpuMilli.length)
        if (endsMs < endlessMs) this.timeline.endsAt(endsMs, { request, gpuDevices: devices })
        this.now.push({ startMs: 0, endMs: endsMs, cpuMilli: request.cpuMilli })
      }
    }
  }

  /** What waits there goes first, in its order. */
  #queue(request: ResourceRequest, runMs: Millis): void {
    const startMs = this.timeline.earliest(request, runMs, 0)
    if (startMs === undefined) return
    this.timeline.place(request, startMs, runMs)
    this.now.push({ startMs, endMs: startMs + runMs, cpuMilli: request.cpuMilli })
  }

  /** By what runs there took; undefined where it never ran one. */
  expected(className: string): Quantiles | undefined {
    const known = this.#durations.get(className)
    return known && known.p50 > 0 ? known : undefined
  }
}
