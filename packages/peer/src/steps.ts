import type { BearerInput, CustodianInput, SubmitterInput } from '@souk/custody'
import type { HostInput } from '@souk/host'
import type { AuctioneerInput, BidderInput, GangsInput, ReservationsInput } from '@souk/market'
import type { DependenciesInput } from './dependencies-io.ts'
import type { Machines } from './machines.ts'
import type { Outlet } from './outlet.ts'

/**
 * What a route has at hand: where things leave, the machines to look at, and how the effect of one of them becomes the
 * input of another, within the same step of the peer.
 */
export interface Steps {
  readonly machines: Machines
  readonly outlet: Outlet
  stepCustodian(input: CustodianInput): void
  stepSubmitter(input: SubmitterInput): void
  stepBearer(input: BearerInput): void
  stepAuctioneer(input: AuctioneerInput): void
  stepDependencies(input: DependenciesInput): void
  stepGangs(input: GangsInput): void
  stepReservations(input: ReservationsInput): void
  stepBidder(input: BidderInput): void
  stepHost(input: HostInput): void
}
