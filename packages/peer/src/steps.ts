import type { BearerInput, CustodianInput, SubmitterInput } from '@souk/custody'
import type { HostInput } from '@souk/host'
import type { AuctioneerInput, BidderInput } from '@souk/market'
import type { DependenciesInput } from './dependencies-io.ts'

/** How the effect of one machine becomes the input of another, within the same step of the peer. */
export interface Steps {
  stepCustodian(input: CustodianInput): void
  stepSubmitter(input: SubmitterInput): void
  stepBearer(input: BearerInput): void
  stepAuctioneer(input: AuctioneerInput): void
  stepDependencies(input: DependenciesInput): void
  stepBidder(input: BidderInput): void
  stepHost(input: HostInput): void
}
