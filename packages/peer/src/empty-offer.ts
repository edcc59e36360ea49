import { emptyVector } from '@souk/kernel'
import type { Offer } from '@souk/wire'

/** Of a peer that has not been told yet what its host has. */
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
