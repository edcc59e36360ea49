import type { DependenciesEffect, DependenciesInput } from './dependencies-io.ts'
import type { Machines } from './machines.ts'
import type { Outlet } from './outlet.ts'
import type { Steps } from './steps.ts'

/** Where the effects of the dependencies go. */
export class DependencyRoutes {
  readonly #machines: Machines
  readonly #outlet: Outlet
  readonly #steps: Steps

  constructor(machines: Machines, outlet: Outlet, steps: Steps) {
    this.#machines = machines
    this.#outlet = outlet
    this.#steps = steps
  }

  step(input: DependenciesInput): void {
    const effects: DependenciesEffect[] = []
    this.#machines.dependencies.step(input, this.#outlet.now, effects)
    for (const effect of effects) this.#apply(effect)
  }

  #apply(effect: DependenciesEffect): void {
    switch (effect.type) {
      case 'send':
        this.#outlet.send(effect.to, effect.message)
        break
      case 'released':
        this.#outlet.trace({ type: 'task.released', task: effect.record.id })
        this.#steps.stepAuctioneer({ type: 'waiting', record: effect.record })
        break
      case 'stranded':
        this.#steps.stepBearer(effect)
        break
      case 'waits': {
        const { task, decision } = effect
        this.#outlet.trace({ type: 'task.waiting', task, code: 'after' })
        this.#steps.stepBearer({ type: 'decided', tasks: [task], decision })
        this.#steps.stepCustodian({ type: 'decided', task, decision, to: undefined })
        break
      }
    }
  }
}
