import type { DrainEffect } from '@souk/rebalance'
import type { Steps } from './steps.ts'

/** Where the effects of a drain go. */
export function routeDrain(effect: DrainEffect, steps: Steps): void {
  switch (effect.type) {
    case 'giveBack':
      steps.stepBearer(effect)
      break
    case 'began': {
      const { deadlineMs } = effect
      steps.outlet.trace({ type: 'peer.draining', ...(deadlineMs === undefined ? {} : { deadlineMs }) })
      break
    }
    case 'drained':
      steps.outlet.trace({ type: 'peer.drained' })
      break
    case 'ended':
      steps.outlet.trace({ type: 'peer.undrained' })
      break
  }
}
