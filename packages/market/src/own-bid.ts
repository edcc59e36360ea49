import type { Millis } from '@souk/kernel'
import type { PeerId, Shape } from '@souk/wire'
import type { Bid } from './auction.ts'
import { bidTerms } from './bid-terms.ts'
import type { Durations } from './durations.ts'
import { decideFit } from './fit.ts'
import type { LocalView } from './views.ts'

/** What this host bids for tasks that it bears itself, where all hosts are compared; nothing where it has no room. */
export function ownBid(
  { self, local, durations }: { self: PeerId; local: LocalView; durations: Durations },
  shape: Shape,
  count: number,
  now: Millis,
): Bid | undefined {
  const offer = local.offer()
  if (offer.draining || decideFit(offer, shape)) return undefined
  const room = local.room(shape.request, count)
  if (room === 0) return undefined
  const terms = { ...bidTerms(local, durations, shape, room), loadSeq: 0 }
  return { peer: self, terms, offeredMs: Math.floor(now), afterMs: 0 }
}
