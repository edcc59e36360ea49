import { BoundedMap, copyVector, type ResourceRequest, type ResourceVector, scalarResources } from '@souk/kernel'
import type { Offer } from '@souk/wire'
import { ClassMix, type Demand } from './class-mix.ts'
import type { MarketConfig } from './config.ts'
import { type Wants, wantsOf } from './fragmentation.ts'
import { type Fitting, Leftover } from './leftover.ts'
import type { LocalView } from './views.ts'

/**
 * How well a task suits what is left of this host, given the mix of what tasks usually ask for. Bids and the host's ledger
 * ask it alike, so that a task takes the devices that its bid was computed for.
 *
 * Bounds: the mix by config; answers are cached while mix, offer and free vector stand, `mixSizesMax` at most.
 */
export class Packing {
  readonly #local: LocalView
  readonly #mix: ClassMix
  readonly #fittings: BoundedMap<string, Fitting | undefined>
  /** mix, offer and free vector that the cached answers hold for */
  #mixVersion = -1
  #offer: Offer | undefined
  #wants: Wants | undefined
  #free: ResourceVector | undefined
  #leftover: Leftover | undefined

  constructor(config: Pick<MarketConfig, 'mixSizesMax' | 'mixTopMax'>, local: LocalView) {
    this.#local = local
    this.#mix = new ClassMix(config)
    this.#fittings = new BoundedMap(config.mixSizesMax)
  }

  /** Counts `count` tasks of this size into the mix. */
  learn(request: ResourceRequest, count: number): void {
    this.#mix.add(sizeOf(request), request, count)
  }

  /** Where the request would go and what it does to the rest of the host; undefined: it does not fit now. */
  fitting(request: ResourceRequest): Fitting | undefined {
    const leftover = this.#refresh()
    const size = sizeOf(request)
    if (this.#fittings.has(size)) return this.#fittings.get(size)
    const fitting = leftover.fitting(request)
    this.#fittings.push(size, fitting)
    return fitting
  }

  /** The mix as it would be with these requests; nothing is learned. */
  demandsWith(requests: readonly ResourceRequest[]): readonly Demand[] {
    const mix = this.#mix.copy()
    for (const request of requests) mix.add(sizeOf(request), request, 1)
    return mix.top
  }

  snapshot() {
    return this.#mix.snapshot()
  }

  #refresh(): Leftover {
    const offer = this.#local.offer()
    const free = this.#local.free()
    if (!this.#wants || this.#mixVersion !== this.#mix.version || this.#offer !== offer) {
      this.#mixVersion = this.#mix.version
      this.#offer = offer
      this.#wants = wantsOf(this.#mix.top, { capacity: offer.capacity, gpus: offer.gpus ?? [] })
    } else if (this.#leftover && isSame(this.#free!, free)) return this.#leftover
    this.#fittings.clear()
    this.#free = copyVector(free)
    this.#leftover = new Leftover(this.#wants, this.#free)
    return this.#leftover
  }
}

/** A key that equals for equal requests, as every peer writes the fields in one order. */
const sizeOf = (request: ResourceRequest): string => JSON.stringify(request)

function isSame(a: ResourceVector, b: ResourceVector): boolean {
  if (scalarResources.some((name) => a[name] !== b[name]) || a.gpuMilli.length !== b.gpuMilli.length) return false
  for (let i = 0; i < a.gpuMilli.length; i++) if (a.gpuMilli[i] !== b.gpuMilli[i]) return false
  for (const name in b.custom) if (a.custom[name] !== b.custom[name]) return false
  return true
}
