import type { Prng } from '@souk/kernel'
import type { Dependency, TaskId } from '@souk/wire'

/** A task waits for some of so many that were drawn before it: chains, fans and diamonds come of that. */
const recentMax = 12
const countMax = 3
/** of its dependencies so many may end as they like */
const anyEndChance = 0.3

/** What drawn tasks wait for: others that were drawn not long before, so there is no cycle. */
export class DependencyDraws {
  readonly #chance: number
  readonly #prng: Prng
  #recent: TaskId[] = []

  /** @param chance share of tasks that wait for others */
  constructor(chance: number, prng: Prng) {
    this.#chance = chance
    this.#prng = prng
  }

  /** Undefined: it waits for none. */
  draw(): Dependency[] | undefined {
    if (this.#chance === 0 || this.#recent.length === 0 || !this.#prng.chance(this.#chance)) return undefined
    const tasks = this.#prng.sample(this.#recent, 1 + this.#prng.below(countMax))
    return tasks.map((task) => ({ task, on: this.#prng.chance(anyEndChance) ? 'ended' : 'succeeded' }))
  }

  /** It was drawn: later ones may wait for it. */
  add(task: TaskId): void {
    this.#recent = [...this.#recent.slice(1 - recentMax), task]
  }
}
