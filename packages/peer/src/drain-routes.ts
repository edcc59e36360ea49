import type { WallMillis } from '@souk/kernel'
import type { DrainEffect } from '@souk/rebalance'
import type { PeerInput } from './inputs.ts'
import { takeOffer } from './offer-routes.ts'
import type { Steps } from './steps.ts'

/** Routes the effects of a drain. */
export function routeDrain(effect: DrainEffect, steps: Steps): void {
  switch (effect.type) {
    case 'giveBack':
      steps.stepBearer({ ...effect, why: 'draining' })
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

/** Starts or ends a drain. Later lives of the peer go on with it, unless it is only for the end of this one (`leaving`). */
export function tellDrain(input: Extract<PeerInput, { type: 'drain' }>, steps: Steps, wallMs: WallMillis): void {
  const { machines } = steps
  const write = input.leaving ? undefined : machines.drainMemory.decide(input, wallMs)
  if (write) steps.stepCustodian({ type: 'remember', writes: [write] })
  takeOffer({ ...machines.offer, draining: input.on }, steps)
  steps.stepDrain(input)
}

/** A new life goes on with the drain of an earlier one. */
export function resumeDrain(steps: Steps, wallMs: WallMillis): void {
  const drain = steps.machines.drainMemory.resumed(wallMs)
  if (drain) steps.stepDrain({ type: 'drain', on: true, ...drain })
}
