import type { Offer } from '@souk/wire'
import type { Steps } from './steps.ts'

/** Sets what this host offers from now on, and tells the machines that need it. */
export function takeOffer(given: Offer, steps: Steps): void {
  const { machines } = steps
  const offer = machines.asOffered(given)
  machines.offer = offer
  machines.marketChanged = true
  steps.stepHost({ type: 'capacity', capacity: offer.capacity, gpus: offer.gpus })
  steps.stepRoster({ type: 'offer', offer })
}
