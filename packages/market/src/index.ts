export { Auctioneer } from './auctioneer.ts'
export type { AuctioneerEffect, AuctioneerInput, AuctioneerMessage, NamedTasks } from './auctioneer-io.ts'
export { Bidder, type BidderEffect, type BidderInput } from './bidder.ts'
export { type ClassObjective, parseClassObjective } from './class-objective.ts'
export { defaultMarketConfig, type MarketConfig } from './config.ts'
export { decideFit } from './fit.ts'
export { defaultGangConfig, type GangConfig } from './gang-config.ts'
export { Gangs } from './gangs.ts'
export type { GangsEffect, GangsInput } from './gangs-io.ts'
export { countLeft } from './named-giver.ts'
export { type Weights, weighed, weightsOf } from './objectives.ts'
export { Packing } from './packing.ts'
export type { ObjectivePlan, Placing, Plan, PlanTask, Unplaced } from './plan/plan.ts'
export { planTasksOf } from './plan/plan-tasks.ts'
export { Planner, type PlannerEffect, type PlannerInput } from './plan/planner.ts'
export { overQuota } from './quota-refusal.ts'
export { type Replay, replay } from './replay.ts'
export {
  Reservations,
  type ReservationsEffect,
  type ReservationsInput,
  type ReservationsMessage,
} from './reservations.ts'
export { shapeAs, shapeOf } from './shape.ts'
export { decideTies, isTied } from './ties.ts'
export type { BearersView, CandidateView, LoadsView, LocalView, MembersView, ZoneMember } from './views.ts'
export { type Help, type KnownHost, whatWouldHelp } from './would-help.ts'
export { ZoneClaims } from './zone-claims.ts'
export { isZoned } from './zone-ties.ts'
