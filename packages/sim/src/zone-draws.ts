import type { Prng } from '@souk/kernel'
import type { TaskSpec, Tie } from '@souk/wire'

const group = 'zone:sim'
const apart: Tie[] = [{ group, required: true }]
/** of those that are tied so many are not of the group, and only keep away from it */
const strangerChance = 0.2

/** Which drawn tasks must be apart from each other by zone. Gangs cannot be. */
export class ZoneDraws {
  readonly #chance: number
  readonly #prng: Prng

  /** @param chance share of tasks that are tied */
  constructor(chance: number, prng: Prng) {
    this.#chance = chance
    this.#prng = prng
  }

  add(spec: TaskSpec): void {
    if (this.#chance === 0 || spec.gang || !this.#prng.chance(this.#chance)) return
    spec.apart = apart
    if (!this.#prng.chance(strangerChance)) spec.group = group
  }
}
