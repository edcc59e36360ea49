export { Capacity } from './capacity/capacity.ts'
export type { CapacityEffect, CapacityInput, CapacityMember, CapacityView } from './capacity/capacity-io.ts'
export type { CapacityReport } from './capacity/capacity-report.ts'
export { type CapacityConfig, defaultCapacityConfig } from './capacity/config.ts'
export type { MeshClass } from './capacity/mesh-demand.ts'
export type { ScaleAction, ScaleIntent } from './capacity/scale-intent.ts'
export { actorOfScalers } from './capacity/who-acts.ts'
export { compareWays, type RunTimes, type WaysCompared } from './cost/compare-ways.ts'
export { defaultRates, hostPerHour, type PricedHost, pricePerHour, type Rates } from './cost/rates.ts'
export {
  costOfTime,
  nothingSpent,
  type PricedRun,
  type Spent,
  type SpentGroups,
  spentBy,
  spentInAll,
  spentOn,
} from './cost/spend.ts'
export type { ClassReport, QuantityReport, WarmReport } from './demand/class-report.ts'
export { type DemandConfig, defaultDemandConfig } from './demand/config.ts'
export { Demand, demandPrefix } from './demand/demand.ts'
export type { DemandEffect, DemandInput, TrialFigures, WarmOrder } from './demand/demand-io.ts'
export type { DemandView, ForecastersView, SeriesForecaster } from './demand/views.ts'
export { type ClassCosts, parseClassCosts } from './pools/class-costs.ts'
export { decideTarget, type Target } from './pools/decide-target.ts'
export { defaultPoolConfig, type PoolConfig } from './pools/pool-config.ts'
export { type ProvisionCosts, provisionTau } from './pools/provision-tau.ts'
export { enoughFor, type FixedPool, fixedPool } from './replay/fixed-pool.ts'
export { Reactive } from './replay/reactive.ts'
export { type Policy, type Replayed, replay, type Wanted } from './replay/replay.ts'
export type { TaskTimes } from './replay/task-times.ts'
