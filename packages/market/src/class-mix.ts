import { BoundedMap, type ResourceRequest } from '@souk/kernel'

/** A size of task (what it asks for), and how many came of late. */
export interface Demand {
  readonly request: ResourceRequest
  readonly count: number
}

interface ClassMixConfig {
  mixSizesMax: number
  mixTopMax: number
}

/** Counts are halved when they reach so many in all: what came before weighs half as much then (a guess). */
const samplesMax = 4_096
/** The most frequent sizes that make up this share of all count, rarer ones do not (as in FGD's published experiments). */
const shareOfAll = 0.95
/** A new version once this part of all tasks has come since the last: more of them would cost more than they tell (a guess). */
const versionShare = 1 / 8

/**
 * What tasks ask for, learned from those that this peer is asked about or bears: the demand that what is left of a host
 * has to suit. Bounds: `mixSizesMax` sizes, those unheard of the longest forgotten first; integer counts.
 */
export class ClassMix {
  readonly #config: ClassMixConfig
  readonly #sizes: BoundedMap<string, { request: ResourceRequest; count: number }>
  #total = 0
  #since = 0
  #version = 0
  #top: readonly Demand[] | undefined

  constructor(config: ClassMixConfig) {
    this.#config = config
    this.#sizes = new BoundedMap(config.mixSizesMax)
  }

  /** A copy that learns by itself from then on. */
  copy(): ClassMix {
    const copy = new ClassMix(this.#config)
    for (const [key, { request, count }] of this.#sizes.entries()) copy.add(key, request, count)
    return copy
  }

  /** Rises when the mix has changed enough for `top` to be worked out anew. */
  get version(): number {
    return this.#version
  }

  /** `count` tasks of this size came; `key` is the same for the same request. */
  add(key: string, request: ResourceRequest, count: number): void {
    const known = this.#sizes.get(key)
    const forgotten = this.#sizes.push(key, { request, count: (known?.count ?? 0) + count })
    this.#total += count - (forgotten?.[1].count ?? 0)
    this.#since += count
    if (this.#total >= samplesMax) this.#halve()
    if (this.#since < this.#total * versionShare) return
    this.#since = 0
    this.#version++
    this.#top = undefined
  }

  /** The sizes that make up nearly all, the most frequent first; as of the last rise of `version`. */
  get top(): readonly Demand[] {
    if (this.#top) return this.#top
    const all = [...this.#sizes.entries()].sort(([a, x], [b, y]) => y.count - x.count || (a < b ? -1 : 1))
    const total = all.reduce((sum, [, { count }]) => sum + count, 0)
    const top: Demand[] = []
    let sum = 0
    for (const [, { request, count }] of all) {
      if (top.length === this.#config.mixTopMax || sum >= total * shareOfAll) break
      top.push({ request, count })
      sum += count
    }
    this.#top = top
    return top
  }

  snapshot() {
    return { sizes: this.#sizes.size, total: this.#total, version: this.#version }
  }

  #halve(): void {
    this.#total = 0
    for (const [key, size] of [...this.#sizes.entries()]) {
      size.count = Math.floor(size.count / 2)
      this.#total += size.count
      if (size.count === 0) this.#sizes.delete(key)
    }
  }
}
