export { defaultRebalanceConfig, type RebalanceConfig } from './config.ts'
export { Drain, type DrainEffect, type DrainInput, type DrainProgress } from './drain.ts'
export { analyseLoad, type HostUse, type LoadAnalysis } from './load/analyse-load.ts'
export type { Bottleneck } from './load/bottleneck.ts'
export type { Imbalance } from './load/imbalance.ts'
export type { HostLoad, LoadFacts, RunSpan, TiesRule, WaitingLot } from './load/load-facts.ts'
export type { Opportunity } from './load/opportunities.ts'
export type { LeftOut, PlannedMove, RedistributionPlan } from './load/plan-moves.ts'
export type { WaitForecast } from './load/predict-waits.ts'
export type { Strategy } from './load/strategy.ts'
export type { Utilisation } from './load/utilisation.ts'
export type { PressureCause } from './pressure.ts'
export type { PressureConfig, PressureReadings } from './pressure-config.ts'
export {
  type MoveCode,
  Rebalancer,
  type RebalancerEffect,
  type RebalancerInput,
  type RebalanceState,
  type RebalanceView,
} from './rebalancer.ts'
export { Backups, type BackupsEffect, type BackupsInput } from './speculation/backups.ts'
export { defaultSpeculationConfig, type SpeculationConfig } from './speculation/config.ts'
export { type Racing, Speculator, type SpeculatorEffect, type SpeculatorInput } from './speculation/speculator.ts'
export type { ClassTail } from './stragglers/class-tails.ts'
export { defaultStragglersConfig, type StragglersConfig } from './stragglers/config.ts'
export { type Straggler, Stragglers, type StragglersEffect, type StragglersInput } from './stragglers/stragglers.ts'
export type { BorneView, DrainedView, DrainView } from './views.ts'
