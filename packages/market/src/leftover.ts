import { copyVector, type ResourceRequest, type ResourceVector, take } from '@souk/kernel'
import { deviceSets } from './device-sets.ts'
import { feedableMilli, strandedMilli, unevenShares, type Wants } from './fragmentation.ts'

/**
 * For tasks without devices: thousandths of a device that a whole share of the host's other resources counts for (a guess;
 * 1000 cost 0.1 points of allocation in `pnpm bench placement`, 0 and 100 did the same). Tasks with devices go by devices alone.
 */
const plainMilli = 100

/** Where a task would go on a host, and what that does to the rest. */
export interface Fitting {
  /**
   * How much of the host the task makes useless, in thousandths of a device; for a task without devices the host's other
   * resources count as well. Below 0: it fills a gap.
   */
  fragMilli: number
  /** the devices' part of that: what the task strands, or (below 0) fills */
  strandsMilli: number
  /** indexes into `gpuMilli`; empty without GPUs */
  devices: readonly number[]
}

/** The rest of a host, against the sizes of task that may come: tells what one task more would do to it. */
export class Leftover {
  readonly #wants: Wants
  readonly #free: ResourceVector
  /** values of the host as it is */
  readonly #strandedNow: number
  readonly #unevenNow: number

  /** `free` is not changed, and must not change while this is used */
  constructor(wants: Wants, free: ResourceVector) {
    this.#wants = wants
    this.#free = free
    this.#strandedNow = strandedMilli(wants, feedableMilli(wants, free), free.gpuMilli)
    this.#unevenNow = unevenShares(wants, free)
  }

  /** The devices for the request that strand least; undefined: it does not fit. */
  fitting(request: ResourceRequest): Fitting | undefined {
    const wants = this.#wants
    const { gpus } = wants.host
    const after = copyVector(this.#free)
    if (!take(after, request, gpus)) return undefined
    const feedable = feedableMilli(wants, after)
    const uneven = request.gpu.count > 0 ? 0 : plainMilli * (unevenShares(wants, after) - this.#unevenNow)
    let best: Fitting | undefined
    for (const devices of deviceSets(this.#free.gpuMilli, request.gpu, gpus)) {
      const left = [...this.#free.gpuMilli]
      for (const device of devices) left[device]! -= request.gpu.milli
      const stranded = strandedMilli(wants, feedable, left) - this.#strandedNow
      const fragMilli = Math.round(stranded + uneven)
      if (!best || fragMilli < best.fragMilli) best = { fragMilli, strandsMilli: Math.round(stranded), devices }
    }
    return best
  }
}
