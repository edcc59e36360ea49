import type { Offer } from '@souk/wire'

/** A peer that runs tasks and can be asked, as an analysis looks at it. */
export interface SeenHost {
  peer: string
  offer: Offer
}
