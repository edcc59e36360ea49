import type { Prng } from '@souk/kernel'
import { gangNonce, type TaskSpec } from '@souk/wire'

/** Members of a gang: so many that the smallest meshes have room for them, however few of their hosts are left. */
const sizeMin = 2
const sizeMax = 3

/** Which drawn tasks are the first of a gang of their like. */
export class GangDraws {
  readonly #chance: number
  readonly #prng: Prng

  /** @param chance share of tasks of one slot that come as gangs */
  constructor(chance: number, prng: Prng) {
    this.#chance = chance
    this.#prng = prng
  }

  /** The task alone, or all members of its gang, where those are not more than `max`. */
  draw<T extends { nonce: string; spec: TaskSpec }>(draft: T, max: number): T[] {
    const { nonce, spec } = draft
    if (this.#chance === 0 || spec.request.slots > 1 || !this.#prng.chance(this.#chance)) return [draft]
    const size = sizeMin + this.#prng.below(sizeMax - sizeMin + 1)
    if (size > max) return [draft]
    return Array.from({ length: size }, (_, rank) => {
      return { ...draft, nonce: gangNonce(nonce, rank), spec: { ...spec, gang: { id: nonce, size, rank } } }
    })
  }
}
