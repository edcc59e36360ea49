import type { Auctioneer } from '@souk/market'
import type { DemandView } from '@souk/scaling'
import type { Offer } from '@souk/wire'

interface Parts {
  readonly offer: Offer
  readonly auctioneer: Auctioneer
}

/** This peer as demand sees it: its slots, the tasks that wait with it by class, and the durations that it knows. */
export function demandView(parts: Parts): DemandView {
  return {
    slots: () => parts.offer.capacity.slots,
    waiting: () => parts.auctioneer.waitingByClass(),
    runMs(name) {
      const { durations } = parts.auctioneer
      return durations.meanMs(name) ?? durations.expected(name)?.p50
    },
  }
}
