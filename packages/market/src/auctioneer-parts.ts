import type { Prng } from '@souk/kernel'
import type { PeerId } from '@souk/wire'
import type { Packing } from './packing.ts'
import type { LoadsView, LocalView, MembersView } from './views.ts'
import type { ZoneClaims } from './zone-claims.ts'

/** What an auctioneer is given beside its configuration. */
export interface AuctioneerParts {
  self: PeerId
  prng: Prng
  members: MembersView
  local: LocalView
  loads: LoadsView
  packing: Packing
  /** the words that this host gives for its zone, to other askers and to this auctioneer alike */
  claims: ZoneClaims
}
