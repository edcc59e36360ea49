import {
  BoundedMap,
  copyVector,
  emptyVector,
  type ResourceRequest,
  type ResourceVector,
  scalarResources,
  take,
} from '@souk/kernel'
import type { Offer } from '@souk/wire'
import { ClassMix } from './class-mix.ts'
import type { MarketConfig } from './config.ts'
import { deviceSets } from './device-sets.ts'
import { feedableMilli, strandedMilli, unevenShares, type Wants, wantsOf } from './fragmentation.ts'
import type { LocalView } from './views.ts'

/**
 * What a whole share of the host's other resources counts against thousandths of a device, for tasks without devices (a
 * guess; 1000 cost 0.1 points of allocation in `pnpm bench placement`, 0 and 100 the same). Tasks with devices go by
 * devices alone.
 */
const plainMilli = 100

/** Where a task would go on this host, and what that does to the rest. */
export interface Fitting {
  /**
   * How much less useful it leaves the host: thousandths of a device, and for a task without devices those of the host's
   * other resources beside it. Less than 0: it fills a gap.
   */
  fragMilli: number
  /** the part of it that is devices: what it makes of no use, or (below 0) fills */
  strandsMilli: number
  /** indexes into `gpuMilli`; empty without GPUs */
  devices: readonly number[]
}

/**
 * How well a task suits what is left of this host, given what tasks usually ask for. The same answer serves the bid and
 * the ledger, so that a host takes the devices that its bid was computed for.
 *
 * Bounds: the mix by config; answers are kept for as long as mix, offer and free vector stand, `mixSizesMax` at most.
 */
export class Packing {
  readonly #local: LocalView
  readonly #mix: ClassMix
  readonly #fittings: BoundedMap<string, Fitting | undefined>
  /** what the answers hold for */
  #mixVersion = -1
  #offer: Offer | undefined
  #wants: Wants = wantsOf([], { capacity: emptyVector(), gpus: [] })
  #free: ResourceVector | undefined
  /** of the host as it is */
  #strandedNow = 0
  #unevenNow = 0

  constructor(config: Pick<MarketConfig, 'mixSizesMax' | 'mixTopMax'>, local: LocalView) {
    this.#local = local
    this.#mix = new ClassMix(config)
    this.#fittings = new BoundedMap(config.mixSizesMax)
  }

  /** So many tasks of this size came by. */
  learn(request: ResourceRequest, count: number): void {
    this.#mix.add(sizeOf(request), request, count)
  }

  /** undefined: it does not fit now. */
  fitting(request: ResourceRequest): Fitting | undefined {
    this.#refresh()
    const size = sizeOf(request)
    if (this.#fittings.has(size)) return this.#fittings.get(size)
    const fitting = this.#decide(request, this.#free!)
    this.#fittings.push(size, fitting)
    return fitting
  }

  snapshot() {
    return this.#mix.snapshot()
  }

  #refresh(): void {
    const offer = this.#local.offer()
    const free = this.#local.free()
    if (this.#mixVersion !== this.#mix.version || this.#offer !== offer) {
      this.#mixVersion = this.#mix.version
      this.#offer = offer
      this.#wants = wantsOf(this.#mix.top, { capacity: offer.capacity, gpus: offer.gpus ?? [] })
    } else if (this.#free && isSame(this.#free, free)) return
    this.#free = copyVector(free)
    this.#fittings.clear()
    this.#strandedNow = strandedMilli(this.#wants, feedableMilli(this.#wants, free), free.gpuMilli)
    this.#unevenNow = unevenShares(this.#wants, free)
  }

  #decide(request: ResourceRequest, free: ResourceVector): Fitting | undefined {
    const { gpus } = this.#wants.host
    const after = copyVector(free)
    if (!take(after, request, gpus)) return undefined
    const feedable = feedableMilli(this.#wants, after)
    const uneven = request.gpu.count > 0 ? 0 : plainMilli * (unevenShares(this.#wants, after) - this.#unevenNow)
    let best: Fitting | undefined
    for (const devices of deviceSets(free.gpuMilli, request.gpu, gpus)) {
      const left = [...free.gpuMilli]
      for (const device of devices) left[device]! -= request.gpu.milli
      const stranded = strandedMilli(this.#wants, feedable, left) - this.#strandedNow
      const fragMilli = Math.round(stranded + uneven)
      if (!best || fragMilli < best.fragMilli) best = { fragMilli, strandsMilli: Math.round(stranded), devices }
    }
    return best
  }
}

/** The same for the same request: every peer writes its fields in one order. */
const sizeOf = (request: ResourceRequest): string => JSON.stringify(request)

function isSame(a: ResourceVector, b: ResourceVector): boolean {
  if (scalarResources.some((name) => a[name] !== b[name]) || a.gpuMilli.length !== b.gpuMilli.length) return false
  for (let i = 0; i < a.gpuMilli.length; i++) if (a.gpuMilli[i] !== b.gpuMilli[i]) return false
  for (const name in b.custom) if (a.custom[name] !== b.custom[name]) return false
  return true
}
