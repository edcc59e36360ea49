import type { BearerInput, CustodianInput, SubmitterInput } from '@souk/custody'
import type { HostInput } from '@souk/host'
import type { AuctioneerInput, BidderInput, GangsInput, PlannerInput, ReservationsInput } from '@souk/market'
import type { BackupsInput, DrainInput, RebalancerInput, SpeculatorInput, StragglersInput } from '@souk/rebalance'
import type { RosterInput } from '@souk/roster'
import type { CapacityInput, DemandInput } from '@souk/scaling'
import type { DependenciesInput } from './dependencies-io.ts'
import type { DeskInput } from './desk-io.ts'
import type { Machines } from './machines.ts'
import type { MoverInput } from './mover.ts'
import type { Outlet } from './outlet.ts'
import type { TracesInput } from './traces.ts'

/**
 * What the `route…` functions work with: the outlet, the machines to look at, and `step…` functions that make an effect of
 * one machine the input of another, within the same step of the peer. `Router` implements it.
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
  stepRoster(input: RosterInput): void
  stepDrain(input: DrainInput): void
  stepStragglers(input: StragglersInput): void
  stepSpeculator(input: SpeculatorInput): void
  stepBackups(input: BackupsInput): void
  stepDemand(input: DemandInput): void
  stepPlanner(input: PlannerInput): void
  stepRebalancer(input: RebalancerInput): void
  stepMover(input: MoverInput): void
  stepDesk(input: DeskInput): void
  stepTraces(input: TracesInput): void
  stepCapacity(input: CapacityInput): void
}
