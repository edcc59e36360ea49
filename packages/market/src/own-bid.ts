import type { Millis } from '@souk/kernel'
import type { PeerId, Shape } from '@souk/wire'
import type { Bid } from './auction.ts'
import { bidTerms, chooseRoom } from './bid-terms.ts'
import type { Durations } from './durations.ts'
import { decideFit } from './fit.ts'
import { decideTies } from './ties.ts'
import type { LocalView } from './views.ts'

/** What this host bids for tasks that it bears itself, where all hosts are compared; nothing where it has no room. */
export function ownBid(
  { self, local, durations }: { self: PeerId; local: LocalView; durations: Durations },
  shape: Shape,
  { count, dueInMs }: { count: number; dueInMs: Millis | undefined },
  now: Millis,
): Bid | undefined {
  const offer = local.offer()
  if (offer.draining || decideFit(offer, shape)) return undefined
  if (decideTies(local.ties(), shape)) return undefined
  const room = chooseRoom(local, shape, count)
  if (room.room === 0) return undefined
  const terms = { ...bidTerms(local, durations, shape, room, dueInMs), loadSeq: 0 }
  return { peer: self, terms, offeredMs: Math.floor(now), afterMs: 0 }
}
