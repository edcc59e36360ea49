import { emptyVector } from '@souk/kernel'
import type { Offer } from '@souk/wire'

/** The offer before `start`, when nothing is known of the host yet. */
export function emptyOffer(): Offer {
  return {
    capacity: emptyVector(),
    labels: {},
    executors: [],
    functions: [],
    draining: false,
    custody: true,
    priceMilli: 0,
    summary: '',
  }
}
