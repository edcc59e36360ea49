import type { CapacityEffect } from '@souk/scaling'
import type { Steps } from './steps.ts'
import { capacityForecastKey, capacityKey } from './stored-prefixes.ts'

/** Routes the effects of capacity. */
export function routeCapacity(effect: CapacityEffect, steps: Steps): void {
  switch (effect.type) {
    case 'scale':
      steps.outlet.emit(effect)
      break
    case 'save':
      steps.stepCustodian({ type: 'remember', writes: [{ key: capacityKey, value: effect.saved }] })
      break
    case 'saveForecast':
      steps.stepCustodian({ type: 'remember', writes: [{ key: capacityForecastKey, value: effect.forecast }] })
      break
    case 'acted': {
      const { intent, why } = effect.action
      steps.outlet.trace({ type: 'capacity.ordered', intent: intent.id, kind: intent.kind, why })
      break
    }
    case 'judged': {
      const { intent, judgement, code } = effect.action
      steps.outlet.trace({ type: 'capacity.judged', intent: intent.id, kind: intent.kind, judgement: judgement!, code })
      break
    }
  }
}
