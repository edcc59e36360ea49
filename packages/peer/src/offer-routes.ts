import type { Offer } from '@souk/wire'
import type { Steps } from './steps.ts'

/** What this host offers from now on. */
export function takeOffer(given: Offer, steps: Steps): void {
  const { machines } = steps
  const offer = machines.asOffered(given)
  machines.offer = offer
  machines.marketChanged = true
  steps.stepHost({ type: 'capacity', capacity: offer.capacity, gpus: offer.gpus })
  steps.stepRoster({ type: 'offer', offer })
}
