import { emptyVector } from '@souk/kernel'
import type { Offer } from '@souk/wire'

/** Of a host that was not looked at yet. */
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
