import { hash64 } from './hash.ts'

/**
 * Seeded, forkable random source (sfc32). Forks are named, so that a new draw in one machine does not
 * shift the draws of another.
 */
export class Prng {
  #a: number
  #b: number
  #c: number
  #counter = 1
  readonly #label: string

  constructor(seed: number | string, label = '') {
    this.#label = `${seed}/${label}`
    const first = hash64(this.#label)
    const second = hash64(this.#label, 0x9e3779b9)
    this.#a = first.hi | 0
    this.#b = first.lo | 0
    this.#c = second.hi | 0
    for (let i = 0; i < 12; i++) this.uint32()
  }

  /**
   * A new source that depends on this one's seed and `label` only, not on what was drawn: the same label twice gives
   * the same source twice. A `/` in a label separates levels: `fork('a/b')` is `fork('a').fork('b')`.
   */
  fork(label: string): Prng {
    return new Prng(this.#label, label)
  }

  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = (this.#c << 21) | (this.#c >>> 11)
    this.#c = (this.#c + t) | 0
    return t >>> 0
  }

  /** Uniform in [0, 1). */
  float(): number {
    return this.uint32() / 4294967296
  }

  /** Uniform integer in [0, n); n in 1..2^32. */
  below(n: number): number {
    return Math.floor(this.float() * n)
  }

  /** True with probability p. */
  chance(p: number): boolean {
    return this.float() < p
  }

  /** Exponential with this mean. */
  exponential(mean: number): number {
    return -mean * Math.log(1 - this.float())
  }

  /** One of a non-empty list. */
  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)] as T
  }

  /** `n` different entries in random order (all of them, shuffled, when the list is shorter). */
  sample<T>(list: readonly T[], n: number): T[] {
    const pool = [...list]
    const count = Math.min(n, pool.length)
    for (let i = 0; i < count; i++) {
      const j = i + this.below(pool.length - i)
      const swapped = pool[i] as T
      pool[i] = pool[j] as T
      pool[j] = swapped
    }
    pool.length = count
    return pool
  }
}
