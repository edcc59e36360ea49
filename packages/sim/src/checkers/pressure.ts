import type { Frame } from '@souk/wire'
import type { PressureOf } from '../faults/fault.ts'
import type { SimNode } from '../node.ts'
import type { Violations } from '../violation.ts'
import type { Watch } from '../watch.ts'

/** Readings in a row that are too bad until a host counts as under pressure (`readingsMin` of rebalance). */
const readingsMin = 3

/** I19: a host that was told often enough that next to nothing is left bids on nothing and asks for nothing. */
export class PressureChecker implements Watch {
  readonly #violations: Violations
  /** by node, of its present life: how often in a row it was told so, of what */
  readonly #told = new Map<number, Map<PressureOf, number>>()

  constructor(violations: Violations) {
    this.#violations = violations
  }

  onStart({ index }: SimNode): void {
    this.#told.delete(index)
  }

  onReadings({ index }: SimNode, lacks: readonly PressureOf[]): void {
    const before = this.#told.get(index)
    this.#told.set(index, new Map(lacks.map((of) => [of, (before?.get(of) ?? 0) + 1])))
  }

  onFrame({ id, index }: SimNode, to: SimNode, { messages }: Frame, now: number): void {
    const told = this.#told.get(index)
    if (!told || Math.max(0, ...told.values()) < readingsMin) return
    for (const { t } of messages) {
      if (t !== 'bid' && t !== 'wanted') continue
      const of = [...told.keys()].join(' and ')
      this.#violations.safety('I19', now, `${id} has next to no ${of} left, and says '${t}' to ${to.id}`)
    }
  }
}
