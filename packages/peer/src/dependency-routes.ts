import type { DependenciesEffect } from './dependencies-io.ts'
import { place } from './gang-routes.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of the dependencies. */
export function routeDependencies(effect: DependenciesEffect, steps: Steps): void {
  switch (effect.type) {
    case 'send':
      steps.outlet.send(effect.to, effect.message)
      break
    case 'released':
      steps.outlet.trace({ type: 'task.released', task: effect.record.id })
      place(steps, effect.record)
      break
    case 'stranded':
      steps.stepBearer(effect)
      break
    case 'waits': {
      const { task, decision } = effect
      steps.outlet.trace({ type: 'task.waiting', task, code: 'after' })
      steps.stepBearer({ type: 'decided', tasks: [task], decision })
      steps.stepCustodian({ type: 'decided', task, decision, to: undefined })
      break
    }
  }
}
