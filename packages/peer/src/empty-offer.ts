import { emptyVector } from '@souk/kernel'
import type { Offer } from '@souk/wire'

/** What a peer offers before it has started: nothing. */
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
