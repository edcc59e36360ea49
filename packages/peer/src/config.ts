import { type CustodyConfig, defaultCustodyConfig } from '@souk/custody'
import { defaultHostConfig, type HostConfig } from '@souk/host'
import { defaultGangConfig, defaultMarketConfig, type GangConfig, type MarketConfig } from '@souk/market'
import {
  defaultRebalanceConfig,
  defaultSpeculationConfig,
  defaultStragglersConfig,
  type RebalanceConfig,
  type SpeculationConfig,
  type StragglersConfig,
} from '@souk/rebalance'
import { type RosterConfig, rosterDefaults } from '@souk/roster'
import { type CapacityConfig, type DemandConfig, defaultCapacityConfig, defaultDemandConfig } from '@souk/scaling'
import { type DependenciesConfig, defaultDependenciesConfig } from './dependencies-io.ts'
import { type DeskConfig, defaultDeskConfig } from './desk-config.ts'
import { defaultFollowersConfig, type FollowersConfig } from './followers.ts'
import { defaultTraceLogConfig, type TraceLogConfig } from './trace-log.ts'

/** The whole peer's configuration, by concern. */
export interface PeerConfig {
  roster: RosterConfig
  custody: CustodyConfig
  market: MarketConfig
  gangs: GangConfig
  host: HostConfig
  rebalance: RebalanceConfig
  stragglers: StragglersConfig
  speculation: SpeculationConfig
  demand: DemandConfig
  capacity: CapacityConfig
  desk: DeskConfig
  dependencies: DependenciesConfig
  followers: FollowersConfig
  traceLog: TraceLogConfig
  /** rounds of internal routing in one step; more means that machines answer each other for ever (a bug) */
  roundsMax: number
}

/** Defaults as protocol.md has them. */
export function defaultConfig(): PeerConfig {
  return {
    roster: { ...rosterDefaults },
    custody: { ...defaultCustodyConfig },
    market: { ...defaultMarketConfig },
    gangs: { ...defaultGangConfig },
    host: { ...defaultHostConfig },
    rebalance: { ...defaultRebalanceConfig },
    stragglers: { ...defaultStragglersConfig },
    speculation: { ...defaultSpeculationConfig },
    demand: { ...defaultDemandConfig },
    capacity: { ...defaultCapacityConfig },
    desk: { ...defaultDeskConfig },
    dependencies: { ...defaultDependenciesConfig },
    followers: { ...defaultFollowersConfig },
    traceLog: { ...defaultTraceLogConfig },
    roundsMax: 100_000,
  }
}
